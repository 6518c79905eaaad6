using System.Buffers.Binary;
using SideEye.Target;

namespace SideEye.GoRuntime;

/// <summary>
/// The 72-byte header of a pclntab: runtime.pcHeader, runtime/symtab.go, magics in internal/abi/symtab.go.
/// Offsets are from the header's start.
/// </summary>
internal readonly record struct PclnHeader
{
    /// <summary>Name of the table in errors.</summary>
    public const string Section = ".gopclntab";

    /// <summary>Bytes of the header in Go 1.18 to 1.27.</summary>
    public const int Size = 72;

    private const uint Magic112 = 0xfffffffb;
    private const uint Magic116 = 0xfffffffa;
    private const uint Magic118 = 0xfffffff0;
    private const uint Magic120 = 0xfffffff1;

    /// <summary>True from Go 1.20 on: function records carry startLine, inline tree entries have 16 bytes.</summary>
    public required bool HasStartLine { get; init; }

    /// <summary>Bytes of an instruction: 1 on amd64, 4 on arm64.</summary>
    public required int PcQuantum { get; init; }

    /// <summary>Functions in the table.</summary>
    public required int FunctionCount { get; init; }

    /// <summary>Offset of the function names.</summary>
    public required int Names { get; init; }

    /// <summary>Offset of the table that maps a compile unit's file number to a file name.</summary>
    public required int UnitFiles { get; init; }

    /// <summary>Offset of the file names.</summary>
    public required int Files { get; init; }

    /// <summary>Offset of the pc-value tables.</summary>
    public required int PcValues { get; init; }

    /// <summary>Offset of the function table; function records lie behind it.</summary>
    public required int Functions { get; init; }

    /// <summary>True when <paramref name="bytes"/> start like a header that this reader understands.</summary>
    public static bool LooksRight(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Size
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes) is Magic118 or Magic120
        && bytes[4] == 0 && bytes[5] == 0 && bytes[6] is 1 or 4 && bytes[7] == Architecture.PointerSize
        && OffsetsAscend(bytes);

    /// <summary>Reads and checks a header.</summary>
    /// <exception cref="MalformedFileException">
    /// Not a pclntab of Go 1.18 or later, or its offsets make no sense.
    /// </exception>
    public static PclnHeader Parse(ReadOnlySpan<byte> table)
    {
        ByteCursor cursor = new(table, Section);
        uint magic = cursor.ReadUInt32();
        if (magic is Magic112 or Magic116)
            throw new MalformedFileException(Section, 0, "pclntab of Go 1.17 or older; 1.19 is the oldest supported");
        if (magic is not (Magic118 or Magic120))
            throw new MalformedFileException(Section, 0, $"unknown pclntab magic 0x{magic:x8}");
        cursor.Skip(2);
        byte quantum = cursor.ReadByte();
        if (quantum is not (1 or 4))
            throw new MalformedFileException(Section, 6, $"pc quantum is {quantum}; 1 and 4 are known");
        byte pointerSize = cursor.ReadByte();
        if (pointerSize != Architecture.PointerSize)
            throw new MalformedFileException(Section, 7, $"pointer size is {pointerSize}; only 64-bit is supported");
        ulong functionCount = cursor.ReadUInt64();
        cursor.Skip(16);
        PclnHeader header = new()
        {
            HasStartLine = magic == Magic120,
            PcQuantum = quantum,
            FunctionCount = (int)Math.Min(functionCount, int.MaxValue),
            Names = ReadOffset(ref cursor, table.Length),
            UnitFiles = ReadOffset(ref cursor, table.Length),
            Files = ReadOffset(ref cursor, table.Length),
            PcValues = ReadOffset(ref cursor, table.Length),
            Functions = ReadOffset(ref cursor, table.Length),
        };
        if (!OffsetsAscend(table))
            throw new MalformedFileException(Section, 32, "the sub-tables are not in ascending order");
        if ((functionCount * 8) + 4 > (ulong)(table.Length - header.Functions) || functionCount > int.MaxValue / 8)
            throw new MalformedFileException(Section, 8, $"{functionCount} functions do not fit into the table");
        return header;
    }

    private static int ReadOffset(ref ByteCursor cursor, int length)
    {
        long at = cursor.Position;
        ulong offset = cursor.ReadUInt64();
        if (offset < Size || offset > (ulong)length)
            throw new MalformedFileException(Section, (ulong)at, $"sub-table offset 0x{offset:x} lies outside");
        return (int)offset;
    }

    private static bool OffsetsAscend(ReadOnlySpan<byte> header)
    {
        if (BinaryPrimitives.ReadUInt64LittleEndian(header[8..]) is 0 or > int.MaxValue)
            return false;
        ulong previous = Size - 1;
        for (int at = 32; at < Size; at += 8)
        {
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[at..]);
            if (offset <= previous)
                return false;
            previous = offset;
        }
        return true;
    }
}
