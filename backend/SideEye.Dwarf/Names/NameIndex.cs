using System.Runtime.InteropServices;
using System.Text;
using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>
/// The named entries on the top level of some units by a hash of the name. Sixteen bytes an entry; names stay where
/// they are, and a hit is verified against them. It is one block of bytes, so that it can be kept and mapped.
/// </summary>
/// <remarks>
/// Layout, of 4-byte words, little-endian like every processor that we run on: number of buckets, a power of two;
/// number of rows; for each bucket its first row, counted from 1; the rows: hash, offset of the entry, next row of the
/// bucket.
/// </remarks>
internal sealed class NameIndex
{
    // Names may overlap in a hostile table, so each costs at most this much; equal beginnings share a bucket.
    private const int HashedBytesMax = 256;
    private const int HeaderWords = 2;
    private const int RowWords = 3;
    private readonly DwarfFile file;
    private readonly CheckedBytes bytes;
    private readonly int buckets;
    private readonly int rows;

    private NameIndex(DwarfFile file, CheckedBytes bytes, int buckets, int rows)
    {
        this.file = file;
        this.bytes = bytes;
        this.buckets = buckets;
        this.rows = rows;
    }

    /// <summary>The index, for keeping.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes.Whole;

    /// <summary>Indexes units; type units among them are left out.</summary>
    public static NameIndex Build(DwarfFile file, IEnumerable<DwarfUnit> units) =>
        TryOpen(file, new CheckedBytes(BuildBytes(file, units)))!;

    /// <summary>The same as bytes, see <see cref="TryOpen"/>.</summary>
    public static byte[] BuildBytes(DwarfFile file, IEnumerable<DwarfUnit> units)
    {
        List<(uint Hash, uint Offset)> names = [];
        foreach (DwarfUnit unit in units)
        {
            if (!unit.IsTypeUnit)
                AddUnit(file, unit, names);
        }

        int buckets = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)names.Count + 1);
        uint[] words = new uint[HeaderWords + buckets + (names.Count * RowWords)];
        words[0] = (uint)buckets;
        words[1] = (uint)names.Count;
        // Backwards, so that the entry first in the file is found first.
        for (int i = names.Count - 1; i >= 0; i--)
        {
            ref uint head = ref words[HeaderWords + (int)(names[i].Hash & (uint)(buckets - 1))];
            Span<uint> row = words.AsSpan(HeaderWords + buckets + (i * RowWords), RowWords);
            row[0] = names[i].Hash;
            row[1] = names[i].Offset;
            row[2] = head;
            head = (uint)i + 1;
        }

        return MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
    }

    /// <summary>Opens an index; null when it is none.</summary>
    public static NameIndex? TryOpen(DwarfFile file, CheckedBytes bytes)
    {
        if (bytes.Length < HeaderWords * sizeof(uint))
            return null;
        ReadOnlySpan<uint> header = Words(bytes, 0, HeaderWords);
        long length = HeaderWords + (long)header[0] + (header[1] * (long)RowWords);
        return System.Numerics.BitOperations.IsPow2(header[0]) && length == bytes.Length / sizeof(uint)
            ? new NameIndex(file, bytes, (int)header[0], (int)header[1]) : null;
    }

    public DebugInfoOffset? Find(string name, DwarfTag tag)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        if (utf8.Length == 0 || utf8.AsSpan().Contains((byte)0))
            return null;
        uint hash = Hash(utf8);
        uint before = 0;
        uint row = Words(bytes, HeaderWords + (int)(hash & (uint)(buckets - 1)), 1)[0];
        // Rows of a bucket ascend: an index that was tampered with cannot lead in circles.
        while (row > before && row <= (uint)rows)
        {
            ReadOnlySpan<uint> entry = Words(bytes, HeaderWords + buckets + ((int)(row - 1) * RowWords), RowWords);
            if (entry[0] == hash && IsIt(new DebugInfoOffset(entry[1]), utf8, tag))
                return new DebugInfoOffset(entry[1]);
            before = row;
            row = entry[2];
        }

        return null;
    }

    private static ReadOnlySpan<uint> Words(CheckedBytes bytes, int start, int count) =>
        MemoryMarshal.Cast<byte, uint>(bytes.Slice(start * sizeof(uint), count * sizeof(uint)));

    private bool IsIt(DebugInfoOffset offset, byte[] name, DwarfTag tag)
    {
        DieCursor entry = file.EntryAt(offset);
        return entry.Tag == tag && entry.TryGet(DwarfAttribute.Name, out AttributeValue found) && found.IsText(name)
            && !(entry.TryGet(DwarfAttribute.Declaration, out AttributeValue declaration) && declaration.AsFlag());
    }

    private static void AddUnit(DwarfFile file, DwarfUnit unit, List<(uint Hash, uint Offset)> names)
    {
        DieCursor entry = unit.Entries();
        // The unit's entry, then those right below it.
        if (!entry.MoveNext() || !entry.HasChildren || !entry.MoveNext() || entry.Depth != 1)
            return;
        do
        {
            if (!entry.TryGet(DwarfAttribute.Name, out AttributeValue name) || name.Class != AttributeClass.Text)
                continue;
            if (names.Count >= file.Sections.Limits.IndexedNamesMax)
            {
                throw new BadDwarfException(file.Sections.Information.Name, entry.Offset.Value,
                    $"there are more than {file.Sections.Limits.IndexedNamesMax} names");
            }

            DebugSections sections = file.Sections;
            uint hash = Hash(DebugText.From(sections, unit, sections.Information, name.Raw, HashedBytesMax));
            names.Add((hash, (uint)entry.Offset.Value));
        }
        while (entry.MoveToSibling());
    }

    // FNV-1a over the name up to its NUL.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        int count = Math.Min(name.Length, HashedBytesMax);
        for (int i = 0; i < count && name[i] != 0; i++)
            hash = (hash ^ name[i]) * 16777619;
        return hash ^ (hash >> 15);
    }
}
