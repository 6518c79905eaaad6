using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using SideEye.Dwarf;
using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// The names of a program's functions and in which entries each has code, as one block of bytes: it is searched where
/// it lies, so that a file of it can be mapped. Safe for use by several threads.
/// </summary>
/// <remarks>
/// Layout, little-endian: magic, identity of the program's .debug_info, checksum of all that follows, 8 bytes each;
/// counts of functions, places and bytes of names, 4 bytes each, and 4 of nothing. Functions, sorted by name:
/// offset and length of the name, first place, number of places, 4 bytes each. Places: offset of the entry of a
/// subprogram that has code of the function, 4 bytes. Names, each with a newline behind; the same in lower case
/// (ASCII).
/// </remarks>
internal sealed class FunctionIndex
{
    /// <summary>"SEfn" and the number of this layout: another is another file.</summary>
    public const ulong Magic = 0x0000_0003_6e66_4553;
    public const int HeaderBytes = 40;
    public const int FunctionBytes = 16;

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly int places;
    private readonly int names;
    private readonly int nameBytes;

    private FunctionIndex(ReadOnlyMemory<byte> bytes, int count, int placeCount, int nameBytes)
    {
        this.bytes = bytes;
        Count = count;
        places = HeaderBytes + (count * FunctionBytes);
        names = places + (placeCount * 4);
        this.nameBytes = nameBytes;
    }

    /// <summary>Functions, abstract ones without code included.</summary>
    public int Count { get; }

    /// <summary>The bytes, for keeping.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>All names in lower case, each with a newline behind.</summary>
    public ReadOnlySpan<byte> LowerNames => bytes.Span.Slice(names + nameBytes, nameBytes);

    /// <summary>Opens an index; false when it is damaged, of another layout or of another program.</summary>
    /// <param name="bytes">The index; must stay as it is.</param>
    /// <param name="identity">Of the debug information that it has to be about.</param>
    /// <param name="index">The index.</param>
    public static bool TryOpen(
        ReadOnlyMemory<byte> bytes, ulong identity, [NotNullWhen(true)] out FunctionIndex? index)
    {
        index = null;
        ReadOnlySpan<byte> span = bytes.Span;
        if (span.Length < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(span) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(span[8..]) != identity)
        {
            return false;
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(span[24..]);
        uint placeCount = BinaryPrimitives.ReadUInt32LittleEndian(span[28..]);
        uint nameBytes = BinaryPrimitives.ReadUInt32LittleEndian(span[32..]);
        long length = HeaderBytes + ((long)count * FunctionBytes) + (placeCount * 4L) + (nameBytes * 2L);
        bool isWhole = span.Length == length
            && BinaryPrimitives.ReadUInt64LittleEndian(span[16..]) == ContentChecksum.Of(span[24..]);
        if (!isWhole)
            return false;
        FunctionIndex opened = new(bytes, (int)count, (int)placeCount, (int)nameBytes);
        if (!opened.IsInBounds(placeCount))
            return false;
        index = opened;
        return true;
    }

    /// <summary>Name of a function as UTF-8.</summary>
    public ReadOnlySpan<byte> NameUtf8(int function) =>
        bytes.Span.Slice(names + (int)Word(function, 0), (int)Word(function, 1));

    /// <summary>Name of a function.</summary>
    public string Name(int function) => Encoding.UTF8.GetString(NameUtf8(function));

    /// <summary>The subprograms that have code of a function: its own and those it was inlined into.</summary>
    public int PlaceCount(int function) => (int)Word(function, 3);

    /// <summary>One of them.</summary>
    public DebugInfoOffset Place(int function, int number) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[(places + (((int)Word(function, 2) + number) * 4))..]));

    /// <summary>Where a name starts in <see cref="LowerNames"/>.</summary>
    public int NameStart(int function) => (int)Word(function, 0);

    /// <summary>The first function whose name is not before <paramref name="name"/>.</summary>
    public int LowerBound(ReadOnlySpan<byte> name)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (NameUtf8(middle).SequenceCompareTo(name) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The function that an offset into the names belongs to.</summary>
    public int FunctionAt(int nameOffset)
    {
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            if (NameStart(middle) <= nameOffset)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private uint Word(int function, int word) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[(HeaderBytes + (function * FunctionBytes) + (word * 4))..]);

    private bool IsInBounds(uint placeCount)
    {
        uint nextName = 0;
        ReadOnlySpan<uint> rest = MemoryMarshal.Cast<byte, uint>(bytes.Span[HeaderBytes..places]);
        for (; !rest.IsEmpty; rest = rest[(FunctionBytes / sizeof(uint))..])
        {
            bool isInOrder = rest[0] == nextName && rest[1] < nameBytes && (ulong)rest[2] + rest[3] <= placeCount;
            if (!isInOrder)
                return false;
            nextName = rest[0] + rest[1] + 1;
        }

        return nextName == (uint)nameBytes;
    }
}
