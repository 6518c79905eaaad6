using System.Buffers.Binary;
using SideEye.Target;

namespace SideEye.Elf;

/// <summary>
/// The RELATIVE relocations of a file: the places in a position-independent image to which a loader writes
/// bias + addend. Packed ones (DT_RELR) need nothing here, since their place in the file already holds the addend.
/// </summary>
public sealed class ElfRelocations
{
    private const int RowSize = 24; // Elf64_Rela
    private const int DynamicRowSize = 16; // Elf64_Dyn
    private const uint RelativeAmd64 = 8; // R_X86_64_RELATIVE
    private const uint RelativeArm64 = 1027; // R_AARCH64_RELATIVE
    private readonly ElfFile file;
    private readonly ulong[] places;
    private readonly ulong[] addends;

    private ElfRelocations(ElfFile file, ulong[] places, ulong[] addends)
    {
        this.file = file;
        this.places = places;
        this.addends = addends;
    }

    /// <summary>RELATIVE relocations in the file; 0 in a program at a fixed address.</summary>
    public int Count => places.Length;

    /// <summary>
    /// Fills <paramref name="destination"/> with what a loader at bias 0 leaves at <paramref name="linkAddress"/>.
    /// </summary>
    /// <returns>False when some byte lies in no PT_LOAD segment or beyond the end of the file; the destination is
    /// then unspecified.</returns>
    public bool TryReadRelocated(ulong linkAddress, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return true;
        if (linkAddress > ulong.MaxValue - (ulong)(destination.Length - 1) || !TryReadImage(linkAddress, destination))
            return false;
        Span<byte> word = stackalloc byte[Architecture.PointerSize];
        ulong last = linkAddress + (ulong)(destination.Length - 1);
        for (int i = FirstTouching(linkAddress); i < places.Length && places[i] <= last; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, addends[i]);
            for (int b = 0; b < word.Length; b++)
            {
                ulong at = unchecked(places[i] + (ulong)b - linkAddress);
                if (at < (ulong)destination.Length)
                    destination[(int)at] = word[b];
            }
        }

        return true;
    }

    internal static ElfRelocations Read(ElfFile file)
    {
        List<RelocationTable> tables = [];
        if (DynamicTable(file) is { } dynamic)
        {
            tables.Add(dynamic);
        }
        else
        {
            foreach (ElfSection section in file.Sections)
            {
                if (section.Type == ElfSectionType.RelocationsWithAddends && file.Kind != ElfKind.Relocatable)
                    tables.Add(new RelocationTable(section.Name, file.ReadSection(section)));
            }
        }

        return Collect(file, tables);
    }

    private static ElfRelocations Collect(ElfFile file, List<RelocationTable> tables)
    {
        uint relative = file.Architecture == Architecture.Amd64 ? RelativeAmd64 : RelativeArm64;
        long count = 0;
        foreach ((string table, ReadOnlyMemory<byte> rows) in tables)
        {
            count += CountRelative(rows.Span, relative);
            if (count > file.Limits.RelocationsMax)
                throw new BadElfException(table, 0, $"relocations pass the limit of {file.Limits.RelocationsMax}");
        }

        ulong[] places = new ulong[count];
        ulong[] addends = new ulong[count];
        int filled = 0;
        bool sorted = true;
        foreach ((_, ReadOnlyMemory<byte> rows) in tables)
        {
            ReadOnlySpan<byte> bytes = rows.Span;
            for (int at = 0; at + RowSize <= bytes.Length; at += RowSize)
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 8)..]) != relative)
                    continue;
                places[filled] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
                addends[filled] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(at + 16)..]);
                sorted &= filled == 0 || places[filled - 1] <= places[filled];
                filled++;
            }
        }

        if (!sorted)
            Array.Sort(places, addends);
        return new ElfRelocations(file, places, addends);
    }

    private static long CountRelative(ReadOnlySpan<byte> bytes, uint relative)
    {
        long count = 0;
        for (int at = 0; at + RowSize <= bytes.Length; at += RowSize)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 8)..]) == relative)
                count++;
        }

        return count;
    }

    // gABI "Dynamic section": DT_RELA is an address, DT_RELASZ bytes, DT_RELAENT the size of an entry.
    private static RelocationTable? DynamicTable(ElfFile file)
    {
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type != ElfSegmentType.Dynamic || segment.FileSize > (ulong)file.Bytes.Length
                || segment.Offset > (ulong)file.Bytes.Length - segment.FileSize)
            {
                continue;
            }

            ulong? address = null;
            ulong size = 0;
            ReadOnlySpan<byte> rows = file.Bytes.Span.Slice((int)segment.Offset, (int)segment.FileSize);
            for (int at = 0; at + DynamicRowSize <= rows.Length; at += DynamicRowSize)
            {
                ulong tag = BinaryPrimitives.ReadUInt64LittleEndian(rows[at..]);
                ulong value = BinaryPrimitives.ReadUInt64LittleEndian(rows[(at + 8)..]);
                if (tag == 0)
                    break; // DT_NULL
                if (tag == 7)
                    address = value; // DT_RELA
                else if (tag == 8)
                    size = value; // DT_RELASZ
                else if (tag == 9 && value != RowSize)
                    throw new BadElfException("PT_DYNAMIC", (ulong)at, $"relocation size {value} is not {RowSize}");
            }

            if (address is not { } start)
                return null;
            if (size > int.MaxValue || !file.TryBytesAt(start, (int)size, out ReadOnlyMemory<byte> bytes))
                throw new BadElfException("PT_DYNAMIC", 0, $"DT_RELA 0x{start:x}, {size} bytes, is not in the file");
            return new RelocationTable("DT_RELA", bytes);
        }

        return null;
    }

    private bool TryReadImage(ulong linkAddress, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ElfSegment? segment = SegmentAt(linkAddress);
            if (segment is null)
                return false;
            ulong within = linkAddress - segment.Address;
            bool fromFile = within < segment.FileSize;
            ulong left = (fromFile ? segment.FileSize : segment.MemorySize) - within;
            int count = (int)Math.Min(left, (ulong)destination.Length);
            if (!fromFile)
                destination[..count].Clear();
            else if (file.TryBytesAt(linkAddress, count, out ReadOnlyMemory<byte> bytes))
                bytes.Span.CopyTo(destination);
            else
                return false;
            linkAddress = unchecked(linkAddress + (ulong)count);
            destination = destination[count..];
        }

        return true;
    }

    private ElfSegment? SegmentAt(ulong address)
    {
        foreach (ElfSegment segment in file.Segments)
        {
            bool loaded = segment.Type == ElfSegmentType.Load;
            if (loaded && (segment.ContainsFileByte(address) || segment.ContainsMemoryByte(address)))
                return segment;
        }

        return null;
    }

    // The first relocation whose eight bytes reach into the range that starts at linkAddress.
    private int FirstTouching(ulong linkAddress)
    {
        ulong earliest = linkAddress >= 7 ? linkAddress - 7 : 0;
        int low = 0;
        int high = places.Length;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (places[middle] < earliest)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private readonly record struct RelocationTable(string Name, ReadOnlyMemory<byte> Rows);
}
