using System.Text;

namespace SideEye.Elf.Tests;

/// <summary>Puts hand-made sections and segments into an ELF file.</summary>
internal sealed class ElfBuilder
{
    private readonly List<BuiltSection> sections = [new("", 0, [])];
    private readonly List<BuiltSegment> segments = [];

    public ushort Machine { get; set; } = 62;

    public ushort Kind { get; set; } = 2;

    public bool ExtendedNumbering { get; set; }

    public ElfBuilder Section(
        string name, byte[] bytes, uint type = 1, ulong flags = 0, ulong address = 0, uint link = 0,
        ulong entrySize = 0, ulong alignment = 1, ulong? size = null)
    {
        sections.Add(new BuiltSection(name, type, bytes)
        {
            Flags = flags, Address = address, Link = link, EntrySize = entrySize, Alignment = alignment, Size = size,
        });
        return this;
    }

    /// <summary>A segment over the bytes of the section added last.</summary>
    public ElfBuilder SegmentOverLast(uint type, ulong address, ulong? memorySize = null)
    {
        segments.Add(new BuiltSegment(type, sections.Count - 1, address, memorySize));
        return this;
    }

    public byte[] Build()
    {
        ByteWriter names = new();
        List<int> nameOffsets = [];
        foreach (BuiltSection section in sections.Append(new BuiltSection(".shstrtab", 3, [])))
        {
            nameOffsets.Add(names.Length);
            names.Text(section.Name);
        }

        List<BuiltSection> all = [.. sections, new BuiltSection(".shstrtab", 3, names.ToArray())];
        ByteWriter body = new();
        int start = 64 + segments.Count * 56;
        List<ulong> offsets = [];
        foreach (BuiltSection section in all)
        {
            body.PadTo((body.Length + 7) & ~7);
            offsets.Add((ulong)(start + body.Length));
            body.U8(section.Bytes);
        }

        body.PadTo((body.Length + 7) & ~7);
        ByteWriter file = new();
        WriteHeader(file, (ulong)(start + body.Length), all.Count);
        foreach (BuiltSegment segment in segments)
        {
            ulong size = (ulong)all[segment.Section].Bytes.Length;
            file.U32(segment.Type).U32(5).U64(offsets[segment.Section]).U64(segment.Address).U64(segment.Address)
                .U64(size).U64(segment.MemorySize ?? size).U64(8);
        }

        file.U8(body.ToArray());
        for (int i = 0; i < all.Count; i++)
            WriteSection(file, all[i], nameOffsets[i], i == 0 ? 0 : offsets[i], i == 0, all.Count);
        return file.ToArray();
    }

    private void WriteHeader(ByteWriter file, ulong sectionHeaders, int sectionCount)
    {
        file.U8(0x7f).U8(Encoding.ASCII.GetBytes("ELF")).U8(2, 1, 1).PadTo(16);
        file.U16(Kind).U16(Machine).U32(1).U64(0x401000);
        file.U64(segments.Count == 0 ? 0u : 64u).U64(sectionHeaders).U32(0).U16(64).U16(56);
        file.U16(ExtendedNumbering ? (ushort)0xffff : (ushort)segments.Count).U16(64);
        file.U16(ExtendedNumbering ? (ushort)0 : (ushort)sectionCount);
        file.U16(ExtendedNumbering ? (ushort)0xffff : (ushort)(sectionCount - 1));
    }

    private void WriteSection(
        ByteWriter file, BuiltSection section, int name, ulong offset, bool isFirst, int sectionCount)
    {
        bool extended = isFirst && ExtendedNumbering;
        file.U32((uint)name).U32(section.Type).U64(section.Flags).U64(section.Address).U64(offset);
        file.U64(extended ? (ulong)sectionCount : section.Size ?? (ulong)section.Bytes.Length);
        file.U32(extended ? (uint)sectionCount - 1 : section.Link).U32(extended ? (uint)segments.Count : 0);
        file.U64(section.Alignment).U64(section.EntrySize);
    }

    private sealed record BuiltSection(string Name, uint Type, byte[] Bytes)
    {
        public ulong Flags { get; init; }

        public ulong Address { get; init; }

        public uint Link { get; init; }

        public ulong EntrySize { get; init; }

        public ulong Alignment { get; init; } = 1;

        public ulong? Size { get; init; }
    }

    private sealed record BuiltSegment(uint Type, int Section, ulong Address, ulong? MemorySize);
}
