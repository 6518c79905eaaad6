using System.Buffers.Binary;

namespace SideEye.Elf.Tests;

/// <summary>Each says which section and offset, and what is wrong there.</summary>
public sealed class MalformedFiles
{
    private static readonly byte[] Good = new ElfBuilder()
        .Section(".text", [1, 2, 3, 4], address: 0x1000).SegmentOverLast(1, 0x1000).Build();

    [Theory]
    [InlineData(0, 0x00, "ELF header+0x0: does not start with the ELF magic number")]
    [InlineData(4, 0x01, "ELF header+0x4: class 1 is not 64-bit (2)")]
    [InlineData(5, 0x02, "ELF header+0x5: byte order 2 is not little-endian (1)")]
    [InlineData(6, 0x02, "ELF header+0x6: version 2 is not 1")]
    [InlineData(18, 0xf3, "ELF header+0x12: machine 243 is neither amd64 (62) nor arm64 (183)")]
    [InlineData(54, 0x20, "ELF header+0x36: program header size 32 is not 56")]
    [InlineData(58, 0x28, "ELF header+0x3a: section header size 40 is not 64")]
    [InlineData(62, 0x09, "ELF header+0x3e: section name table 9 is not among 3 sections")]
    public void A_header_is_refused_for_one_wrong_byte(int offset, byte value, string message)
    {
        byte[] file = [.. Good];
        file[offset] = value;
        Assert.Equal(message, Assert.Throws<BadElfException>(() => ElfFile.Open(file)).Message);
    }

    [Fact]
    public void Every_truncation_is_an_error_with_its_place()
    {
        for (int length = 0; length < Good.Length; length++)
        {
            ReadOnlyMemory<byte> file = Good.AsMemory(0, length);
            BadElfException e = Assert.Throws<BadElfException>(() => ElfFile.Open(file));
            Assert.StartsWith(e.Section + "+0x", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(32, "program headers")]
    [InlineData(40, "section headers")]
    public void Tables_beyond_the_file_are_refused(int field, string section)
    {
        byte[] file = [.. Good];
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(field), ulong.MaxValue - 10);
        Assert.Equal(section, Assert.Throws<BadElfException>(() => ElfFile.Open(file)).Section);
    }

    [Fact]
    public void Counts_stop_at_their_limits()
    {
        ElfFile.Open(Good, new ElfLimits { SectionsMax = 3, SegmentsMax = 1, SectionNameBytesMax = 9 });
        Assert.Throws<BadElfException>(() => ElfFile.Open(Good, new ElfLimits { SectionsMax = 2 }));
        Assert.Throws<BadElfException>(() => ElfFile.Open(Good, new ElfLimits { SegmentsMax = 0 }));
        Assert.Throws<BadElfException>(() => ElfFile.Open(Good, new ElfLimits { SectionNameBytesMax = 8 }));
    }

    [Fact]
    public void A_section_beyond_the_file_is_an_error_when_it_is_read()
    {
        ElfFile elf = ElfFile.Open(new ElfBuilder().Section(".data", [1], size: 1 << 20).Build());
        BadElfException e = Assert.Throws<BadElfException>(() => elf.ReadSection(elf.Sections[1]));
        Assert.StartsWith(".data+0x0: file range", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_without_bytes_in_the_file_reads_as_empty()
    {
        ElfFile elf = ElfFile.Open(new ElfBuilder().Section(".bss", [], type: 8, size: 1UL << 50).Build());
        Assert.False(elf.Sections[1].HasFileBytes);
        Assert.Equal(0, elf.ReadSection(elf.Sections[1]).Length);
    }

    [Fact]
    public void Promised_sizes_are_checked_before_memory_is_taken()
    {
        byte[] payload = HandMadeFiles.Zlib(new byte[100]);
        foreach (ulong size in new[] { ulong.MaxValue, 2UL << 30, 200_000UL })
        {
            ElfFile elf = ElfFile.Open(HandMadeFiles.Compressed(false, size, payload));
            long before = GC.GetAllocatedBytesForCurrentThread();
            BadElfException e = Assert.Throws<BadElfException>(() => elf.ReadSection(elf.Sections[1]));
            Assert.StartsWith(".debug_info+0x8:", e.Message, StringComparison.Ordinal);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
        }
    }

    [Fact]
    public void Decompression_stops_at_its_limits()
    {
        byte[] file = HandMadeFiles.Compressed(false, 100, HandMadeFiles.Zlib(new byte[100]));
        ElfFile exact = ElfFile.Open(
            file, new ElfLimits { DecompressedSectionBytesMax = 100, DecompressedFileBytesMax = 100 });
        Assert.Equal(100, exact.ReadSection(exact.Sections[1]).Length);
        ElfFile small = ElfFile.Open(file, new ElfLimits { DecompressedSectionBytesMax = 99 });
        Assert.Throws<BadElfException>(() => small.ReadSection(small.Sections[1]));
        ElfFile total = ElfFile.Open(file, new ElfLimits { DecompressedFileBytesMax = 99 });
        Assert.Throws<BadElfException>(() => total.ReadSection(total.Sections[1]));
    }

    [Theory]
    [InlineData(99ul)]
    [InlineData(101ul)]
    public void A_promised_size_that_is_not_met_is_an_error(ulong size)
    {
        ElfFile elf = ElfFile.Open(HandMadeFiles.Compressed(false, size, HandMadeFiles.Zlib(new byte[100])));
        Assert.Equal(24u, Assert.Throws<BadElfException>(() => elf.ReadSection(elf.Sections[1])).Offset);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Damaged_or_unknown_compression_is_an_error(uint method)
    {
        ElfFile elf = ElfFile.Open(HandMadeFiles.Compressed(false, 100, [1, 2, 3, 4, 5, 6, 7, 8], method));
        Assert.Throws<BadElfException>(() => elf.ReadSection(elf.Sections[1]));
    }

    [Fact]
    public void A_compressed_section_shorter_than_its_header_is_an_error()
    {
        ElfFile elf = ElfFile.Open(new ElfBuilder().Section(".debug_info", new byte[23], flags: 0x800).Build());
        Assert.Throws<BadElfException>(() => elf.ReadSection(elf.Sections[1]));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    public void A_debug_link_that_leads_elsewhere_is_refused(string name)
    {
        ByteWriter link = new ByteWriter().Text(name);
        byte[] bytes = link.PadTo((link.Length + 3) & ~3).U32(1).ToArray();
        ElfFile elf = ElfFile.Open(new ElfBuilder().Section(".gnu_debuglink", bytes).Build());
        Assert.Throws<BadElfException>(() => elf.DebugLink);
    }

    [Fact]
    public void Notes_and_links_that_pass_their_section_are_refused()
    {
        byte[] endlessNote = new ByteWriter().U32(4).U32(uint.MaxValue).U32(3).PadTo(16).ToArray();
        ElfFile note = ElfFile.Open(new ElfBuilder().Section(".note.x", endlessNote, type: 7).Build());
        Assert.Equal(".note.x", Assert.Throws<BadElfException>(() => note.BuildId).Section);
        ElfFile link = ElfFile.Open(new ElfBuilder().Section(".gnu_debuglink", [65, 66, 0, 0]).Build());
        Assert.Throws<BadElfException>(() => link.DebugLink);
        ElfFile endless = ElfFile.Open(new ElfBuilder().Section(".gnu_debuglink", [65, 66, 67, 68]).Build());
        Assert.Throws<BadElfException>(() => endless.DebugLink);
    }

    [Fact]
    public void Broken_symbol_tables_are_refused()
    {
        ElfFile size = ElfFile.Open(new ElfBuilder().Section(".symtab", new byte[25], type: 2, entrySize: 24).Build());
        Assert.Throws<BadElfException>(() => size.FindSymbol("x"));
        ElfFile link = ElfFile.Open(
            new ElfBuilder().Section(".symtab", new byte[24], type: 2, entrySize: 24, link: 9).Build());
        Assert.Throws<BadElfException>(() => link.FindSymbol("x"));
        byte[] symbols = new ByteWriter().U32(500).PadTo(24).ToArray();
        ElfFile name = ElfFile.Open(
            new ElfBuilder().Section(".symtab", symbols, type: 2, entrySize: 24, link: 2).Build());
        Assert.Throws<BadElfException>(() =>
        {
            foreach (ElfSymbol symbol in name.Symbols)
                _ = symbol.Name;
        });
    }

    [Fact]
    public void Relocations_that_are_not_in_the_file_are_an_error()
    {
        byte[] dynamic = new ByteWriter().U64(7).U64(0x2000).U64(8).U64(24).U64(0).U64(0).ToArray();
        ElfFile elf = ElfFile.Open(new ElfBuilder().Section("d", dynamic).SegmentOverLast(2, 0x3000).Build());
        Assert.Equal("PT_DYNAMIC", Assert.Throws<BadElfException>(() => elf.Relocations).Section);
    }

    [Fact]
    public void A_file_without_segments_has_no_load_address()
    {
        ElfFile elf = ElfFile.Open(new ElfBuilder().Build());
        Assert.Throws<BadElfException>(() => elf.FirstLoadAddress);
    }
}
