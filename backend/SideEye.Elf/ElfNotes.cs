using System.Buffers.Binary;
using System.Text;

namespace SideEye.Elf;

/// <summary>The notes that identify a file (ELF-64, "Note section").</summary>
internal sealed class ElfNotes
{
    private const uint GnuBuildId = 3; // NT_GNU_BUILD_ID
    private const uint GoBuildIdType = 4; // cmd/link/internal/ld/elf.go, ELF_NOTE_GOBUILDID_TAG

    public string? BuildId { get; private set; }

    public string? GoBuildId { get; private set; }

    public static ElfNotes Read(ElfFile file)
    {
        ElfNotes notes = new();
        bool sectionsSeen = false;
        foreach (ElfSection section in file.Sections)
        {
            if (section.Type != ElfSectionType.Note || !section.HasFileBytes)
                continue;
            sectionsSeen = true;
            notes.ReadTable(section.Name, file.ReadSection(section).Span, section.Alignment, file.Limits);
        }

        if (sectionsSeen)
            return notes;
        foreach (ElfSegment segment in file.Segments)
        {
            bool readable = segment.Type == ElfSegmentType.Note && segment.Offset <= (ulong)file.Bytes.Length
                && segment.FileSize <= (ulong)file.Bytes.Length - segment.Offset;
            if (!readable)
                continue;
            ReadOnlyMemory<byte> bytes = file.Bytes.Slice((int)segment.Offset, (int)segment.FileSize);
            notes.ReadTable("PT_NOTE", bytes.Span, segment.Alignment, file.Limits);
        }

        return notes;
    }

    private void ReadTable(string table, ReadOnlySpan<byte> bytes, ulong alignment, ElfLimits limits)
    {
        // gABI says 8 for ELF64, everyone writes 4; only notes aligned to 8 (.note.gnu.property) pad to 8.
        int padding = alignment == 8 ? 8 : 4;
        int position = 0;
        while (bytes.Length - position >= 12)
        {
            uint nameSize = BinaryPrimitives.ReadUInt32LittleEndian(bytes[position..]);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(position + 4)..]);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(position + 8)..]);
            long description = Align(position + 12L + nameSize, padding);
            if (description + size > bytes.Length)
                throw new BadElfException(table, (ulong)position, "note passes the end of the section");
            ReadOnlySpan<byte> name = bytes.Slice(position + 12, (int)nameSize);
            Keep(table, position, name, type, bytes.Slice((int)description, (int)size), limits);
            position = (int)Math.Min(bytes.Length, Align(description + size, padding));
        }
    }

    private void Keep(
        string table, int position, ReadOnlySpan<byte> name, uint type, ReadOnlySpan<byte> text, ElfLimits limits)
    {
        bool gnu = type == GnuBuildId && name.SequenceEqual("GNU\0"u8);
        bool go = type == GoBuildIdType && name.SequenceEqual("Go\0\0"u8);
        if (!gnu && !go)
            return;
        if (text.Length > limits.NoteBytesMax)
        {
            throw new BadElfException(table, (ulong)position,
                $"build id of {text.Length} bytes passes the limit of {limits.NoteBytesMax}");
        }

        if (gnu)
            BuildId ??= Hexadecimal(text);
        else
            GoBuildId ??= Encoding.UTF8.GetString(text);
    }

    // Not Convert.ToHexStringLower: that is compiled for the processor when it is first called.
    private static string Hexadecimal(ReadOnlySpan<byte> bytes)
    {
        const string digits = "0123456789abcdef";
        char[] text = new char[bytes.Length * 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            text[i * 2] = digits[bytes[i] >> 4];
            text[(i * 2) + 1] = digits[bytes[i] & 0xf];
        }

        return new string(text);
    }

    private static long Align(long value, int alignment) => (value + alignment - 1) & -alignment;
}
