using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SideEye.Target;

namespace SideEye.Elf.Tests;

public sealed class HandMadeFiles
{
    [Fact]
    public void Sections_and_segments_come_back_as_written()
    {
        byte[] file = new ElfBuilder()
            .Section(".text", [1, 2, 3, 4], flags: 6, address: 0x401000)
            .SegmentOverLast(1, 0x401000, memorySize: 10)
            .Build();
        ElfFile elf = ElfFile.Open(file);
        Assert.Equal(Architecture.Amd64, elf.Architecture);
        Assert.Equal(ElfKind.Executable, elf.Kind);
        Assert.Equal(0x401000u, elf.EntryPoint);
        Assert.Equal(["", ".text", ".shstrtab"], elf.Sections.Select(s => s.Name));
        Assert.Equal([1, 2, 3, 4], elf.ReadSection(elf.FindSection(".text")!).ToArray());
        Assert.Equal(0x401000u, elf.FirstLoadAddress);
        Assert.Null(elf.FindSection(".data"));
        Assert.Null(elf.BuildId);
        Assert.Null(elf.DebugLink);
        Assert.Null(elf.FindSymbol("main.main"));
    }

    [Fact]
    public void Counts_too_large_for_the_header_are_taken_from_section_0()
    {
        byte[] file = new ElfBuilder { ExtendedNumbering = true }
            .Section(".text", [1, 2, 3, 4], address: 0x1000)
            .SegmentOverLast(1, 0x1000)
            .Build();
        ElfFile elf = ElfFile.Open(file);
        Assert.Equal(3, elf.Sections.Length);
        Assert.Single(elf.Segments);
        Assert.Equal(".text", elf.Sections[1].Name);
    }

    [Fact]
    public void Bytes_at_an_address_are_those_of_the_file_only()
    {
        byte[] file = new ElfBuilder()
            .Section(".data", [1, 2, 3, 4], address: 0x1000)
            .SegmentOverLast(1, 0x1000, memorySize: 16)
            .Build();
        ElfFile elf = ElfFile.Open(file);
        Assert.True(elf.TryBytesAt(0x1001, 3, out ReadOnlyMemory<byte> bytes));
        Assert.Equal([2, 3, 4], bytes.ToArray());
        Assert.False(elf.TryBytesAt(0x1001, 4, out _));
        Assert.False(elf.TryBytesAt(0xfff, 1, out _));
        Assert.False(elf.TryBytesAt(ulong.MaxValue, 2, out _));
    }

    [Fact]
    public void Reading_an_image_fills_bss_with_zeros_and_stops_at_its_end()
    {
        byte[] file = new ElfBuilder()
            .Section(".data", [1, 2, 3, 4], address: 0x1000)
            .SegmentOverLast(1, 0x1000, memorySize: 8)
            .Build();
        ElfFile elf = ElfFile.Open(file);
        byte[] image = [9, 9, 9, 9, 9, 9];
        Assert.True(elf.TryReadRelocated(0x1002, image));
        Assert.Equal([3, 4, 0, 0, 0, 0], image);
        Assert.False(elf.TryReadRelocated(0x1003, image));
        Assert.False(elf.TryReadRelocated(ulong.MaxValue - 2, image));
    }

    [Theory]
    [InlineData((ushort)62, 8u)]
    [InlineData((ushort)183, 1027u)]
    public void Relative_relocations_are_applied_even_where_they_straddle_the_range(ushort machine, uint type)
    {
        ByteWriter relocations = new();
        relocations.U64(0x1008).U64(type).U64(0x1122334455667788);
        relocations.U64(0x1000).U64(type).U64(0xa0a1a2a3a4a5a6a7);
        relocations.U64(0x1010).U64(7).U64(0xdead); // another kind: left alone
        byte[] file = new ElfBuilder { Kind = 3, Machine = machine }
            .Section(".data", new byte[24], address: 0x1000)
            .SegmentOverLast(1, 0x1000)
            .Section(".rela", relocations.ToArray(), type: 4, entrySize: 24)
            .Build();
        ElfFile elf = ElfFile.Open(file);
        byte[] image = new byte[8];
        Assert.True(elf.TryReadRelocated(0x1004, image));
        Assert.Equal([0xa3, 0xa2, 0xa1, 0xa0, 0x88, 0x77, 0x66, 0x55], image);
        Assert.True(elf.TryReadRelocated(0x1010, image));
        Assert.Equal(new byte[8], image);
        Assert.Equal(2, elf.Relocations.Count);
    }

    [Fact]
    public void The_dynamic_table_says_where_relocations_are()
    {
        byte[] relocations = new ByteWriter().U64(0x1000).U64(8).U64(0x1234).ToArray();
        byte[] dynamic = new ByteWriter().U64(7).U64(0x2000).U64(8).U64(24).U64(9).U64(24).U64(0).U64(0).ToArray();
        byte[] file = new ElfBuilder { Kind = 3 }
            .Section(".data", new byte[8], address: 0x1000).SegmentOverLast(1, 0x1000)
            .Section("a", relocations, address: 0x2000).SegmentOverLast(1, 0x2000)
            .Section("b", dynamic, address: 0x3000).SegmentOverLast(2, 0x3000)
            .Build();
        byte[] image = new byte[8];
        Assert.True(ElfFile.Open(file).TryReadRelocated(0x1000, image));
        Assert.Equal([0x34, 0x12, 0, 0, 0, 0, 0, 0], image);
    }

    [Fact]
    public void A_global_symbol_is_found_before_a_local_one_and_undefined_ones_never()
    {
        byte[] names = new ByteWriter().U8(0).Text("twice").Text("elsewhere").ToArray();
        ByteWriter symbols = new();
        symbols.PadTo(24);
        symbols.U32(1).U8(0x02, 0).U16(1).U64(0x10).U64(4); // local function
        symbols.U32(1).U8(0x12, 0).U16(1).U64(0x20).U64(8); // global function
        symbols.U32(7).U8(0x12, 0).U16(0).U64(0).U64(0); // undefined
        byte[] file = new ElfBuilder()
            .Section(".strtab", names, type: 3)
            .Section(".symtab", symbols.ToArray(), type: 2, link: 1, entrySize: 24)
            .Build();
        ElfFile elf = ElfFile.Open(file);
        ElfSymbol twice = Assert.NotNull(elf.FindSymbol("twice"));
        Assert.Equal((0x20ul, 8ul, ElfSymbolKind.Function, false),
            (twice.Value, twice.Size, twice.Kind, twice.IsLocal));
        Assert.Null(elf.FindSymbol("elsewhere"));
        Assert.Null(elf.FindSymbol("twic"));
        Assert.Null(elf.FindSymbol("twice\0elsewhere"));
        List<string> all = [];
        foreach (ElfSymbol symbol in elf.Symbols)
            all.Add(symbol.Name);
        Assert.Equal(["", "twice", "twice", "elsewhere"], all);
    }

    [Fact]
    public void Section_indexes_beyond_16_bits_come_from_their_own_table()
    {
        ByteWriter symbols = new();
        symbols.PadTo(24);
        symbols.U32(1).U8(0x12, 0).U16(0xffff).U64(0x20).U64(8);
        byte[] file = new ElfBuilder()
            .Section(".strtab", new ByteWriter().U8(0).Text("far").ToArray(), type: 3)
            .Section(".symtab", symbols.ToArray(), type: 2, link: 1, entrySize: 24)
            .Section(".symtab_shndx", new ByteWriter().U32(0).U32(70_000).ToArray(), type: 18, link: 2)
            .Build();
        Assert.Equal(70_000u, ElfFile.Open(file).FindSymbol("far")!.Value.SectionIndex);
    }

    [Fact]
    public void Build_ids_and_debug_link_give_the_paths_of_debug_files()
    {
        byte[] file = new ElfBuilder()
            .Section(".note.gnu.build-id", Note("GNU\0", 3, [0xab, 0xcd, 0xef]), type: 7)
            .Section(".note.go.buildid", Note("Go\0\0", 4, Encoding.ASCII.GetBytes("abc/def")), type: 7)
            .Section(".gnu_debuglink", new ByteWriter().Text("tool.debug").PadTo(12).U32(0x12345678).ToArray())
            .Build();
        ElfFile elf = ElfFile.Open(file);
        Assert.Equal("abcdef", elf.BuildId);
        Assert.Equal("abc/def", elf.GoBuildId);
        Assert.Equal(new ElfDebugLink("tool.debug", 0x12345678), elf.DebugLink);
        Assert.Equal(
            [
                "/usr/lib/debug/.build-id/ab/cdef.debug",
                "/usr/bin/tool.debug",
                "/usr/bin/.debug/tool.debug",
                "/usr/lib/debug/usr/bin/tool.debug",
            ],
            DebugFileCandidates.For(elf, "/usr/bin"));
    }

    [Fact]
    public void Notes_are_found_through_segments_when_there_are_no_sections()
    {
        byte[] file = new ElfBuilder()
            .Section("x", Note("GNU\0", 3, [1, 2, 3, 4]))
            .SegmentOverLast(4, 0x1000)
            .Build();
        Assert.Equal("01020304", ElfFile.Open(file).BuildId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Zlib_sections_are_unpacked_once(bool legacy)
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("side-eye ", 100)));
        ElfFile elf = ElfFile.Open(Compressed(legacy, (ulong)text.Length, Zlib(text)));
        ElfSection section = elf.Sections[1];
        ReadOnlyMemory<byte> unpacked = elf.ReadSection(section);
        Assert.Equal(text, unpacked.ToArray());
        Assert.True(unpacked.Equals(elf.ReadSection(section)));
    }

    internal static byte[] Compressed(bool legacy, ulong size, byte[] payload, uint method = 1)
    {
        ByteWriter section = new();
        if (legacy)
            section.U8(Encoding.ASCII.GetBytes("ZLIB")).U64(BinaryPrimitives.ReverseEndianness(size));
        else
            section.U32(method).U32(0).U64(size).U64(1);
        section.U8(payload);
        return new ElfBuilder()
            .Section(legacy ? ".zdebug_info" : ".debug_info", section.ToArray(), flags: legacy ? 0u : 0x800u)
            .Build();
    }

    internal static byte[] Zlib(byte[] text)
    {
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Optimal))
            stream.Write(text);
        return packed.ToArray();
    }

    internal static byte[] Note(string name, uint type, byte[] description)
    {
        ByteWriter note = new ByteWriter().U32(4).U32((uint)description.Length).U32(type)
            .U8(Encoding.ASCII.GetBytes(name)).U8(description);
        return note.PadTo((note.Length + 3) & ~3).ToArray();
    }
}
