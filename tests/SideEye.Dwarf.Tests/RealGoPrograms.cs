using System.Text;
using System.Text.RegularExpressions;
using SideEye.Elf;

namespace SideEye.Dwarf.Tests;

/// <summary>What we read of Go's debug information against reviewed layouts and against LLVM.</summary>
public sealed partial class RealGoPrograms
{
    /// <summary>The layout of g by version (src/runtime/runtime2.go): its size, and offsets in it.</summary>
    public static TheoryData<string, int, int, int, int, int, int> RuntimeG => new()
    {
        // version, size, sched's size, atomicstatus, goid, waitsince, gopc
        { "1.19", 392, 56, 144, 152, 168, 296 },
        { "1.23", 432, 56, 152, 160, 176, 288 },
        { "1.24", 440, 56, 152, 160, 176, 288 },
        { "1.25", 440, 48, 144, 152, 168, 280 },
        { "1.26", 456, 48, 144, 152, 168, 288 },
        { "1.27", 456, 48, 144, 152, 168, 288 },
    };

    public static TheoryData<string> Versions => new(GoPrograms.Versions);

    [Theory]
    [MemberData(nameof(RuntimeG))]
    public void The_layout_of_a_goroutine_is_that_of_its_version(
        string version, int size, int schedSize, int status, int goid, int waitSince, int goPc)
    {
        DwarfFile dwarf = Open(GoPrograms.Small(version));
        StructLayout g = Assert.IsType<StructLayout>(dwarf.FindStruct("runtime.g"));
        Assert.Equal((ulong)size, g.Size);
        Assert.Equal((0ul, 16ul), At(g, "stack"));
        Assert.Equal((48ul, 8ul), At(g, "m"));
        Assert.Equal((56ul, (ulong)schedSize), At(g, "sched"));
        Assert.Equal((ulong)status, At(g, "atomicstatus").Offset);
        Assert.Equal(((ulong)goid, 8ul), At(g, "goid"));
        Assert.Equal(((ulong)waitSince, 8ul), At(g, "waitsince"));
        Assert.Equal(((ulong)goPc, 8ul), At(g, "gopc"));

        StructLayout sched = Assert.IsType<StructLayout>(dwarf.FindStruct(g.FindMember("sched")!.Value.TypeName));
        Assert.Equal((0ul, 8ul), At(sched, "sp"));
        Assert.Equal((8ul, 8ul), At(sched, "pc"));
        Assert.Equal((ulong)schedSize - 8, At(sched, "bp").Offset);

        StructLayout sudog = Assert.IsType<StructLayout>(dwarf.FindStruct("runtime.sudog"));
        bool wideElement = version is "1.26" or "1.27";
        Assert.Equal(wideElement ? (88ul, 16ul) : (80ul, 8ul), At(sudog, "c"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Structures_and_variables_of_the_program_are_found(string version)
    {
        DwarfFile dwarf = Open(GoPrograms.Small(version));
        Assert.True(dwarf.HasDebugInfo);
        Assert.NotNull(dwarf.FindUnit("runtime"));
        Assert.Equal(version is "1.19" or "1.23" or "1.24" ? 4 : 5, dwarf.FindUnit("main")!.Version);
        Assert.Equal(22, dwarf.FindUnit("main")!.Language);
        StructLayout creature = Assert.IsType<StructLayout>(dwarf.FindStruct("main.creature"));
        Assert.Equal(
            ["name@0+16 string", "legs@16+4 int32", "parent@24+8 *main.creature", "traits@32+8 map[string]int",
                "past@40+6 [3]uint16"],
            creature.Members.Select(m => $"{m.Name}@{m.Offset}+{m.Size} {m.TypeName}"));
        foreach (string name in new[] { "main.population", "main.counter", "runtime.allgs", "runtime.allglen" })
            Assert.Equal(dwarf.Elf.FindSymbol(name)!.Value.Value, dwarf.FindVariable(name));
        Assert.Null(dwarf.FindVariable("main.nothing"));
        Assert.Null(dwarf.FindStruct("main.nothing"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Line_tables_are_those_that_llvm_dwarfdump_decodes(string version)
    {
        string path = GoPrograms.Small(version);
        DwarfFile dwarf = Open(path);
        string[] expected = Tool.Run("llvm-dwarfdump", "--debug-line", path).Split('\n');
        Dictionary<ulong, DwarfUnit> byOffset = dwarf.Units.Where(u => u.LineProgramOffset is not null)
            .ToDictionary(u => u.LineProgramOffset!.Value.Value);
        int at = 0;
        int rows = 0;
        foreach (DwarfUnit unit in dwarf.Units.Where(u => u.LineProgramOffset is not null))
        {
            string header = $"debug_line[0x{unit.LineProgramOffset!.Value.Value:x8}]";
            while (at < expected.Length && expected[at] != header)
                at++;
            foreach (LineRow row in dwarf.ReadLineProgram(unit)!.Rows)
            {
                while (!expected[at].StartsWith("0x", StringComparison.Ordinal))
                    at++;
                Assert.Equal(Squeeze(expected[at++]), Squeeze(Show(row)));
                rows++;
            }
        }

        Assert.True(rows > 10_000);
        Assert.Equal(expected.Count(l => l.StartsWith("0x", StringComparison.Ordinal)), rows);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Files_of_the_line_table_have_the_paths_that_the_compiler_saw(string version)
    {
        DwarfFile dwarf = Open(GoPrograms.Small(version));
        LineProgram lines = dwarf.ReadLineProgram(dwarf.FindUnit("main")!)!;
        HashSet<string> files = [];
        foreach (LineRow row in lines.Rows)
            files.Add(lines.FileName(row.File)!);
        Assert.Contains(files, f => f.StartsWith('/') && f.EndsWith("/small.go", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1.24")]
    [InlineData("1.27")]
    public void Entries_ranges_and_locations_are_those_that_llvm_dwarfdump_prints(string version)
    {
        string path = GoPrograms.Small(version);
        DwarfFile dwarf = Open(path);
        List<string> expected = LlvmDump.Summarise(Tool.Run("llvm-dwarfdump", "--debug-info", path), operations: true);
        List<string> found = LlvmDump.Walk(dwarf, operations: true);
        Assert.True(found.Count > 50_000);
        for (int i = 0; i < Math.Min(expected.Count, found.Count); i++)
            Assert.Equal(expected[i], found[i]);
        Assert.Equal(expected.Count, found.Count);
    }

    [Fact]
    public void Walking_all_entries_allocates_nothing_per_entry()
    {
        DwarfFile dwarf = Open(GoPrograms.Small("1.27"));
        _ = Count(dwarf);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(Count(dwarf) > 10_000);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000);
    }

    private static int Count(DwarfFile dwarf)
    {
        int count = 0;
        foreach (DwarfUnit unit in dwarf.Units)
        {
            DieCursor entry = unit.Entries();
            while (entry.MoveNext())
            {
                foreach (DieAttribute attribute in entry.Attributes)
                    count += attribute.Value.Class == AttributeClass.Text ? attribute.Value.AsUtf8().Length : 1;
            }
        }

        return count;
    }

    private static DwarfFile Open(string path) => DwarfFile.Open(ElfFile.Open(File.ReadAllBytes(path)));

    private static (ulong Offset, ulong Size) At(StructLayout layout, string member)
    {
        StructMember found = Assert.NotNull(layout.FindMember(member));
        return (found.Offset, found.Size);
    }

    private static string Show(LineRow row)
    {
        StringBuilder text = new($"0x{row.Address:x16} {row.Line} {row.Column} {row.File} 0 0");
        text.Append(row.IsStatement ? " is_stmt" : "");
        text.Append((row.Flags & LineRowFlags.BasicBlock) != 0 ? " basic_block" : "");
        text.Append(row.PrologueEnd ? " prologue_end" : "");
        text.Append((row.Flags & LineRowFlags.EpilogueBegin) != 0 ? " epilogue_begin" : "");
        text.Append(row.EndSequence ? " end_sequence" : "");
        return text.ToString();
    }

    private static string Squeeze(string line) => Spaces().Replace(line.Trim(), " ");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
