using System.Buffers.Binary;
using SideEye.Target;

namespace SideEye.Elf;

/// <summary>The fields of Elf64_Ehdr that are used, with extended numbering already resolved.</summary>
internal readonly record struct ElfHeader(
    Architecture Architecture,
    ElfKind Kind,
    ulong EntryPoint,
    ulong ProgramHeadersOffset,
    int ProgramHeaderCount,
    ulong SectionHeadersOffset,
    int SectionHeaderCount,
    uint SectionNamesIndex)
{
    public const int Size = 64;
    public const int ProgramHeaderSize = 56;
    public const int SectionHeaderSize = 64;
    private const string Table = "ELF header";
    private const ushort ExtendedIndex = 0xffff; // SHN_XINDEX
    private const ushort ExtendedProgramHeaders = 0xffff; // PN_XNUM

    public static ElfHeader Read(ReadOnlySpan<byte> file, ElfLimits limits)
    {
        CheckIdentification(file);
        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(file[18..]);
        Architecture architecture = Architecture.FromElfMachine(machine)
            ?? throw new BadElfException(Table, 18, $"machine {machine} is neither amd64 (62) nor arm64 (183)");
        ulong programHeaders = BinaryPrimitives.ReadUInt64LittleEndian(file[32..]);
        ulong sectionHeaders = BinaryPrimitives.ReadUInt64LittleEndian(file[40..]);
        uint programHeaderCount = BinaryPrimitives.ReadUInt16LittleEndian(file[56..]);
        ulong sectionHeaderCount = BinaryPrimitives.ReadUInt16LittleEndian(file[60..]);
        uint namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(file[62..]);

        bool extended = sectionHeaderCount == 0 || namesIndex == ExtendedIndex
            || programHeaderCount == ExtendedProgramHeaders;
        if (sectionHeaders != 0 && extended)
        {
            // ELF-64, "Section header table": numbers too large for the header stand in section 0.
            ReadOnlySpan<byte> first = Rows(file, "section headers", sectionHeaders, 1, SectionHeaderSize);
            if (sectionHeaderCount == 0)
                sectionHeaderCount = BinaryPrimitives.ReadUInt64LittleEndian(first[32..]);
            if (namesIndex == ExtendedIndex)
                namesIndex = BinaryPrimitives.ReadUInt32LittleEndian(first[40..]);
            if (programHeaderCount == ExtendedProgramHeaders)
                programHeaderCount = BinaryPrimitives.ReadUInt32LittleEndian(first[44..]);
        }

        if (sectionHeaders == 0)
            sectionHeaderCount = 0;
        if (programHeaders == 0)
            programHeaderCount = 0;
        CheckCounts(file, limits, programHeaderCount, sectionHeaderCount);
        Rows(file, "program headers", programHeaders, programHeaderCount, ProgramHeaderSize);
        Rows(file, "section headers", sectionHeaders, sectionHeaderCount, SectionHeaderSize);
        return new ElfHeader(
            architecture,
            (ElfKind)BinaryPrimitives.ReadUInt16LittleEndian(file[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(file[24..]),
            programHeaders,
            (int)programHeaderCount,
            sectionHeaders,
            (int)sectionHeaderCount,
            namesIndex);
    }

    /// <summary>The bytes of a table in the file; an error when it does not fit.</summary>
    public static ReadOnlySpan<byte> Rows(
        ReadOnlySpan<byte> file, string table, ulong offset, ulong count, int rowSize)
    {
        ulong available = offset <= (ulong)file.Length ? (ulong)file.Length - offset : 0;
        if (count > available / (ulong)rowSize)
        {
            throw new BadElfException(table, 0,
                $"{count} entries of {rowSize} bytes at file offset 0x{offset:x} pass the end of the file "
                + $"(0x{file.Length:x} bytes)");
        }

        return count == 0 ? [] : file.Slice((int)offset, (int)count * rowSize);
    }

    private static void CheckIdentification(ReadOnlySpan<byte> file)
    {
        if (file.Length < Size)
            throw new BadElfException(Table, 0, $"needs {Size} bytes where the file has {file.Length}");
        if (!file.StartsWith("\u007fELF"u8))
            throw new BadElfException(Table, 0, "does not start with the ELF magic number");
        if (file[4] != 2)
            throw new BadElfException(Table, 4, $"class {file[4]} is not 64-bit (2)");
        if (file[5] != 1)
            throw new BadElfException(Table, 5, $"byte order {file[5]} is not little-endian (1)");
        if (file[6] != 1)
            throw new BadElfException(Table, 6, $"version {file[6]} is not 1");
    }

    private static void CheckCounts(
        ReadOnlySpan<byte> file, ElfLimits limits, uint programHeaderCount, ulong sectionHeaderCount)
    {
        ushort programHeaderSize = BinaryPrimitives.ReadUInt16LittleEndian(file[54..]);
        ushort sectionHeaderSize = BinaryPrimitives.ReadUInt16LittleEndian(file[58..]);
        if (programHeaderCount != 0 && programHeaderSize != ProgramHeaderSize)
            throw new BadElfException(Table, 54, $"program header size {programHeaderSize} is not {ProgramHeaderSize}");
        if (sectionHeaderCount != 0 && sectionHeaderSize != SectionHeaderSize)
            throw new BadElfException(Table, 58, $"section header size {sectionHeaderSize} is not {SectionHeaderSize}");
        if (programHeaderCount > (uint)limits.SegmentsMax)
        {
            throw new BadElfException(Table, 56,
                $"{programHeaderCount} program headers pass the limit of {limits.SegmentsMax}");
        }

        if (sectionHeaderCount > (uint)limits.SectionsMax)
        {
            throw new BadElfException(Table, 60,
                $"{sectionHeaderCount} section headers pass the limit of {limits.SectionsMax}");
        }
    }
}
