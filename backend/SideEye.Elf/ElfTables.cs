using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace SideEye.Elf;

/// <summary>Reads the section and program header tables into values.</summary>
internal static class ElfTables
{
    public static ImmutableArray<ElfSegment> ReadSegments(ReadOnlySpan<byte> file, in ElfHeader header)
    {
        ReadOnlySpan<byte> rows = ElfHeader.Rows(file, "program headers", header.ProgramHeadersOffset,
            (ulong)header.ProgramHeaderCount, ElfHeader.ProgramHeaderSize);
        ImmutableArray<ElfSegment>.Builder segments =
            ImmutableArray.CreateBuilder<ElfSegment>(header.ProgramHeaderCount);
        for (int i = 0; i < header.ProgramHeaderCount; i++)
        {
            ReadOnlySpan<byte> row = rows.Slice(i * ElfHeader.ProgramHeaderSize, ElfHeader.ProgramHeaderSize);
            segments.Add(new ElfSegment(
                (ElfSegmentType)BinaryPrimitives.ReadUInt32LittleEndian(row),
                BinaryPrimitives.ReadUInt32LittleEndian(row[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[32..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[40..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[48..])));
        }

        return segments.MoveToImmutable();
    }

    public static ImmutableArray<ElfSection> ReadSections(
        ReadOnlySpan<byte> file, in ElfHeader header, ElfLimits limits)
    {
        ReadOnlySpan<byte> rows = ElfHeader.Rows(file, "section headers", header.SectionHeadersOffset,
            (ulong)header.SectionHeaderCount, ElfHeader.SectionHeaderSize);
        ReadOnlySpan<byte> names = SectionNames(file, rows, header);
        ImmutableArray<ElfSection>.Builder sections =
            ImmutableArray.CreateBuilder<ElfSection>(header.SectionHeaderCount);
        for (int i = 0; i < header.SectionHeaderCount; i++)
        {
            ReadOnlySpan<byte> row = rows.Slice(i * ElfHeader.SectionHeaderSize, ElfHeader.SectionHeaderSize);
            uint name = BinaryPrimitives.ReadUInt32LittleEndian(row);
            sections.Add(new ElfSection(
                i,
                ReadName(names, name, i, limits),
                (ElfSectionType)BinaryPrimitives.ReadUInt32LittleEndian(row[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[32..]),
                BinaryPrimitives.ReadUInt32LittleEndian(row[40..]),
                BinaryPrimitives.ReadUInt32LittleEndian(row[44..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[48..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[56..])));
        }

        return sections.MoveToImmutable();
    }

    private static ReadOnlySpan<byte> SectionNames(
        ReadOnlySpan<byte> file, ReadOnlySpan<byte> rows, in ElfHeader header)
    {
        if (header.SectionNamesIndex == 0 || header.SectionHeaderCount == 0)
            return []; // SHN_UNDEF: the sections have no names
        if (header.SectionNamesIndex >= (uint)header.SectionHeaderCount)
        {
            throw new BadElfException("ELF header", 62,
                $"section name table {header.SectionNamesIndex} is not among {header.SectionHeaderCount} sections");
        }

        ReadOnlySpan<byte> row = rows[((int)header.SectionNamesIndex * ElfHeader.SectionHeaderSize)..];
        return ElfHeader.Rows(file, "section names", BinaryPrimitives.ReadUInt64LittleEndian(row[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(row[32..]), 1);
    }

    private static string ReadName(ReadOnlySpan<byte> names, uint offset, int index, ElfLimits limits)
    {
        if (names.IsEmpty)
            return "";
        if (offset >= (uint)names.Length)
            throw new BadElfException("section names", offset, $"name of section {index} lies beyond the table");
        ReadOnlySpan<byte> rest = names[(int)offset..];
        int length = rest[..Math.Min(rest.Length, limits.SectionNameBytesMax + 1)].IndexOf((byte)0);
        if (length < 0)
        {
            throw new BadElfException("section names", offset, rest.Length <= limits.SectionNameBytesMax
                ? $"name of section {index} has no terminating NUL"
                : $"name of section {index} passes the limit of {limits.SectionNameBytesMax} bytes");
        }

        return Encoding.UTF8.GetString(rest[..length]);
    }
}
