using System.Globalization;
using System.Text.RegularExpressions;

namespace SideEye.Elf.Tests;

/// <summary>What we read of Go's files against what binutils reads.</summary>
public sealed partial class RealGoPrograms
{
    public static TheoryData<string> Versions => new(GoPrograms.Versions);

    [Theory]
    [MemberData(nameof(Versions))]
    public void Sections_are_those_that_readelf_lists(string version)
    {
        string path = GoPrograms.Small(version);
        ElfFile elf = ElfFile.Open(File.ReadAllBytes(path));
        List<string> expected = [];
        foreach (Match m in SectionRow().Matches(Tool.Run("readelf", "-SW", path)))
        {
            string sizes = $"{Hex(m, 3):x} {Hex(m, 4):x} {Hex(m, 5):x} {Hex(m, 6):x}";
            expected.Add($"{m.Groups[1].Value} {m.Groups[2].Value} {sizes}");
        }

        Assert.True(expected.Count > 10);
        Assert.Equal(expected, elf.Sections.Skip(1).Select(
            s => $"{s.Index} {s.Name} {s.Address:x} {s.Offset:x} {s.Size:x} {s.EntrySize:x}"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Segments_are_those_that_readelf_lists(string version)
    {
        string path = GoPrograms.Small(version);
        ElfFile elf = ElfFile.Open(File.ReadAllBytes(path));
        List<string> expected = [];
        foreach (Match m in SegmentRow().Matches(Tool.Run("readelf", "-lW", path)))
            expected.Add($"{Hex(m, 1):x} {Hex(m, 2):x} {Hex(m, 3):x} {Hex(m, 4):x}");
        Assert.True(expected.Count > 3);
        Assert.Equal(expected, elf.Segments.Select(s => $"{s.Offset:x} {s.Address:x} {s.FileSize:x} {s.MemorySize:x}"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Symbols_are_those_that_readelf_lists_and_each_is_found_by_name(string version)
    {
        string path = GoPrograms.Small(version);
        ElfFile elf = ElfFile.Open(File.ReadAllBytes(path));
        List<(ulong Value, string Name)> expected = [];
        foreach (Match m in SymbolRow().Matches(Tool.Run("readelf", "-sW", path)))
            expected.Add((Hex(m, 1), m.Groups[2].Value));
        List<(ulong Value, string Name)> found = [];
        foreach (ElfSymbol symbol in elf.Symbols)
            found.Add((symbol.Value, symbol.Name));
        Assert.True(expected.Count > 1000);
        Assert.Equal(expected, found);

        HashSet<string> values = [.. found.Select(s => $"{s.Name}={s.Value:x}")];
        foreach ((_, string name) in found.Where(s => s.Name.StartsWith("runtime.", StringComparison.Ordinal)))
            Assert.Contains($"{name}={elf.FindSymbol(name)!.Value.Value:x}", values);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Build_ids_are_those_that_readelf_and_go_print(string version)
    {
        string path = GoPrograms.Small(version);
        ElfFile elf = ElfFile.Open(File.ReadAllBytes(path));
        Match gnu = GnuBuildId().Match(Tool.Run("readelf", "-nW", path));
        Assert.Equal(gnu.Success ? gnu.Groups[1].Value : null, elf.BuildId);
        string go = Path.Combine(GoPrograms.RepositoryRoot, $".cache/go/{version}/bin/go");
        Assert.Equal(Tool.Run(go, "tool", "buildid", path).Trim(), elf.GoBuildId);
    }

    [Fact]
    public void Finding_a_symbol_allocates_nothing_per_symbol()
    {
        ElfFile elf = ElfFile.Open(File.ReadAllBytes(GoPrograms.Small("1.27")));
        Assert.NotNull(elf.FindSymbol("main.main"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(elf.FindSymbol("main.grow"));
        int functions = 0;
        foreach (ElfSymbol symbol in elf.Symbols)
            functions += symbol.Utf8Name.StartsWith("runtime."u8) ? 1 : 0;
        Assert.True(functions > 1000);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000);
    }

    [Theory]
    [InlineData("1.19", "amd64")]
    [InlineData("1.25", "amd64")]
    [InlineData("1.27", "amd64")]
    [InlineData("1.27", "arm64")]
    [InlineData("1.19", "amd64", GoPrograms.ExternalLinking)]
    [InlineData("1.27", "amd64", GoPrograms.ExternalLinking)]
    public void In_a_pie_program_pointers_are_read_as_a_loader_leaves_them(
        string version, string architecture, params string[] flags)
    {
        string path = GoPrograms.Small(version, architecture, ["-buildmode=pie", .. flags]);
        ElfFile elf = ElfFile.Open(File.ReadAllBytes(path));
        Assert.Equal(ElfKind.SharedObject, elf.Kind);
        Assert.Equal(architecture, elf.Architecture.GoName);
        Assert.True(elf.Relocations.Count > 100);
        byte[] word = new byte[8];
        Assert.True(elf.TryReadRelocated(elf.FindSymbol("main.anchor")!.Value.Value, word));
        Assert.Equal(elf.FindSymbol("main.population")!.Value.Value, BitConverter.ToUInt64(word));
        Assert.True(elf.TryReadRelocated(elf.FindSymbol("main.counter")!.Value.Value, word));
        Assert.Equal(0x1122334455667788u, BitConverter.ToUInt64(word));
        byte[] zeros = new byte[4096];
        Array.Fill(zeros, (byte)9);
        Assert.True(elf.TryReadRelocated(elf.FindSymbol("main.zeroed")!.Value.Value, zeros));
        Assert.All(zeros, b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData("zlib")]
    [InlineData("zstd")]
    [InlineData("zlib-gnu")]
    public void Compressed_debug_sections_read_as_the_uncompressed_ones(string method)
    {
        string plainPath = GoPrograms.Small("1.25", "-ldflags=-compressdwarf=false");
        bool known = Tool.Run("objcopy", "--help").Contains(method, StringComparison.Ordinal);
        Assert.SkipUnless(known, $"objcopy has no {method}");
        string packedPath = Path.Combine(Path.GetTempPath(), $"sideeye-{method}-{Guid.NewGuid():n}");
        try
        {
            Tool.Run("objcopy", $"--compress-debug-sections={method}", plainPath, packedPath);
            ElfFile plain = ElfFile.Open(File.ReadAllBytes(plainPath));
            ElfFile packed = ElfFile.Open(File.ReadAllBytes(packedPath));
            int compressed = 0;
            string[] names = ["debug_info", "debug_abbrev", "debug_line", "debug_loclists", "debug_addr"];
            foreach (string name in names)
            {
                ElfSection before = plain.FindSection("." + name)!;
                ElfSection after = (packed.FindSection("." + name) ?? packed.FindSection(".z" + name))!;
                compressed += after.Size < before.Size ? 1 : 0;
                Assert.True(plain.ReadSection(before).Span.SequenceEqual(packed.ReadSection(after).Span), name);
            }

            Assert.True(compressed > 1);
        }
        finally
        {
            File.Delete(packedPath);
        }
    }

    [Fact]
    public void A_stripped_program_has_no_symbols_and_keeps_its_build_id()
    {
        ElfFile elf = ElfFile.Open(File.ReadAllBytes(GoPrograms.Small("1.27", "-ldflags=-s -w")));
        Assert.Null(elf.FindSymbol("main.main"));
        Assert.Equal(0, elf.Symbols.Count);
        Assert.NotNull(elf.GoBuildId);
        Assert.True(elf.TryBytesAt(elf.EntryPoint, 16, out _));
    }

    private static ulong Hex(Match match, int group) =>
        ulong.Parse(match.Groups[group].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^\s*\[\s*(\d+)\]\s+(\S+)\s+\S+\s+([0-9a-f]{16})\s+([0-9a-f]+)\s+([0-9a-f]+)\s+([0-9a-f]+)\s",
        RegexOptions.Multiline)]
    private static partial Regex SectionRow();

    [GeneratedRegex(
        @"^  \S+\s+0x([0-9a-f]+) 0x([0-9a-f]{16}) 0x[0-9a-f]{16} 0x([0-9a-f]+) 0x([0-9a-f]+) ",
        RegexOptions.Multiline)]
    private static partial Regex SegmentRow();

    [GeneratedRegex(@"^\s*\d+: ([0-9a-f]{16})\s+\S+ \w+\s+\w+\s+\w+\s+\S+ ?(.*)$", RegexOptions.Multiline)]
    private static partial Regex SymbolRow();

    [GeneratedRegex(@"Build ID: ([0-9a-f]+)")]
    private static partial Regex GnuBuildId();
}
