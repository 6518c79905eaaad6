using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using SideEye.Dwarf;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using Xunit;

namespace SideEye.GoRuntime.Tests;

/// <summary>Types and functions out of DWARF: held against llvm-dwarfdump and against Go's own inline trees.</summary>
public sealed partial class Types_and_functions
{
    private const string Dumper = "/usr/bin/llvm-dwarfdump";

    [Theory, MemberData(nameof(Matrix.Defaults), MemberType = typeof(Matrix))]
    public void Structures_have_the_sizes_and_fields_that_llvm_dwarfdump_shows(string toolchain, string variant)
    {
        Assert.SkipUnless(File.Exists(Dumper), "llvm-dwarfdump is not installed");
        GoProgram program = GoProgram.Build(toolchain, variant);
        GoTypes types = GoTypes.Open(program.Binary.Value.DebugInformation.Dwarf!);
        int compared = 0;
        foreach (DumpedStructure expected in Dump(program.Path))
        {
            GoType type = types.At(expected.Offset);
            Assert.Equal(expected.Name, type.Name);
            Assert.Equal(expected.Size, type.Size);
            if (type.Kind == GoKind.Struct)
            {
                Assert.Equal(expected.Fields, type.Fields.Select(field => $"{field.Name}@{field.Offset}"));
                compared++;
            }
        }

        Assert.True(compared > 200, $"only {compared} structures");
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Types_of_every_kind_have_their_parts(string toolchain, string variant)
    {
        GoTypes types = GoTypes.Open(GoProgram.Build(toolchain, variant).Binary.Value.DebugInformation.Dwarf!);
        GoType error = types.Find("error")!;
        Assert.Equal((GoKind.Interface, 16L, false), (error.Kind, error.Size, error.IsEmptyInterface));
        Assert.True(types.Find("interface {}")!.IsEmptyInterface);
        GoType map = types.WithRuntimeType().First(type => type.Kind == GoKind.Map && type.Key!.Name == "string");
        Assert.StartsWith("map[string]", map.Name, StringComparison.Ordinal);
        Assert.NotNull(map.Element);
        Assert.Contains(map.Layout!.Fields, field => field.Name is "count" or "used");
        GoType channel = types.WithRuntimeType().First(type => type.Kind == GoKind.Chan);
        Assert.Equal(8, channel.Size);
        Assert.Contains(channel.Layout!.Fields, field => field.Name == "qcount");
        GoType strings = types.Find("[]string")!;
        Assert.Equal((GoKind.Slice, GoKind.String), (strings.Kind, strings.Element!.Kind));
        GoType g = types.Find("*runtime.g")!;
        Assert.Equal(GoKind.Pointer, g.Kind);
        Assert.Same(types.Find("runtime.g"), g.Element);
        Assert.Equal(GoKind.UnsafePointer, types.Find("unsafe.Pointer")!.Kind);
        Assert.Equal(GoKind.Func, types.Find("func()")!.Kind);
        Assert.Null(types.Find("no.such"));
        Assert.All(types.WithRuntimeType(), type => Assert.Same(type, types.OfRuntimeType(type.RuntimeType!.Value)));
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Inlined_copies_stand_where_the_function_table_says(string toolchain, string variant)
    {
        GoBinary binary = GoProgram.Build(toolchain, variant).Binary.Value;
        GoFunctions functions = Open(binary);
        List<PclnFrame> frames = [];
        int agreed = 0;
        List<string> differing = [];
        foreach (string name in functions.Names)
        {
            foreach (FunctionBody body in functions.Bodies(name).Where(body => !body.Code.IsEmpty))
            {
                ulong pc = body.Code[0].Low;
                Assert.True(binary.Pcln.TryFindFunction(pc, out GoFunction function));
                Assert.Equal(body.ContainerEntry, function.Entry);
                frames.Clear();
                binary.Pcln.Expand(function, pc, frames);
                int at = frames.Count - 1 - body.InlineDepth;
                // Up to Go 1.20 the function table has no type arguments.
                string wanted = GoFunctionName.ForPrint(body.Function, binary.Version);
                if (at >= 0 && GoFunctionName.ForPrint(frames[at].Function, binary.Version) == wanted)
                    agreed++;
                else
                    differing.Add($"{body.Function} in {body.Container} at 0x{pc:x}");
            }
        }

        Assert.True(agreed > 2_000, $"only {agreed}");
        Assert.True(differing.Count * 1_000 <= agreed, $"{agreed} agree, not: {string.Join("; ", differing.Take(5))}");
    }

    [Theory, MemberData(nameof(Matrix.Defaults), MemberType = typeof(Matrix))]
    public void Pieces_fill_their_variables_and_places_do_not_overlap(string toolchain, string variant)
    {
        GoFunctions functions = Open(GoProgram.Build(toolchain, variant).Binary.Value);
        int seen = 0;
        foreach (string name in functions.Names)
        {
            foreach (GoVariable variable in functions.Bodies(name).SelectMany(body => body.Variables))
            {
                ulong end = 0;
                foreach (VariableLocation location in variable.Locations)
                {
                    Assert.True(location.Low >= end && location.Low < location.High, $"{name} {variable.Name}");
                    end = location.High;
                    long size = variable.IsEscaped ? 8 : variable.Type.Size;
                    Assert.Equal(size, location.Pieces.Sum(piece => (long)piece.Bytes));
                    seen++;
                }
            }
        }

        Assert.True(seen > 5_000, $"only {seen}");
    }

    [Theory, MemberData(nameof(Matrix.Defaults), MemberType = typeof(Matrix))]
    public void A_kept_index_answers_the_same_and_a_damaged_one_is_not_used(string toolchain, string variant)
    {
        GoBinary binary = GoProgram.Build(toolchain, variant).Binary.Value;
        DwarfFile dwarf = binary.DebugInformation.Dwarf!;
        GoTypes types = GoTypes.Open(dwarf);
        GoFunctions made = GoFunctions.Open(dwarf, types);
        byte[] kept = made.IndexBytes.ToArray();
        GoFunctions again = GoFunctions.Open(dwarf, types, null, kept);
        Assert.True(again.HasKeptIndex);
        Assert.Equal(made.Names, again.Names);
        Assert.Equal(made.Search("main.main", 5), again.Search("main.main", 5));
        Assert.Equal("main.main", again.Search("MAIN.main", 5)[0]);
        Assert.Contains("runtime.mallocgc", again.Search("run*mallocgc", 20));
        for (int i = 0; i < kept.Length; i += 1 + (kept.Length / 61))
        {
            byte[] damaged = [.. kept];
            damaged[i] ^= 0x10;
            GoFunctions rebuilt = GoFunctions.Open(dwarf, types, null, damaged);
            Assert.False(rebuilt.HasKeptIndex, $"byte {i}");
            Assert.False(GoFunctions.Open(dwarf, types, null, kept.AsMemory(0, i)).HasKeptIndex);
        }
    }

    [Fact]
    public void The_nearest_names_come_first()
    {
        string[] names = ["main.serve", "main.server", "main.(*conn).serve", "other.thing"];
        Assert.Equal(["main.serve", "main.server"], NearestNames.Of("main.sreve", names, 2));
        Assert.Empty(NearestNames.Of("zzzzzzzz", names, 3));
    }

    [Fact]
    public void Every_type_and_variable_of_a_large_program_can_be_read_in_bounded_time()
    {
        string path = Path.GetFullPath(
            Path.Combine(Path.GetDirectoryName(GoProgram.GoTool("1.27"))!, "../../../targets/etcd/etcd"));
        Assert.SkipUnless(File.Exists(path), "etcd is not built: scripts/build-etcd etcd");
        GoBinary binary = GoBinary.Open(Elf.ElfFile.Open(File.ReadAllBytes(path)));
        Stopwatch watch = Stopwatch.StartNew();
        GoTypes types = GoTypes.Open(binary.DebugInformation.Dwarf!);
        HashSet<GoType> seen = [];
        Stack<GoType> left = new(types.WithRuntimeType());
        while (left.TryPop(out GoType? type))
        {
            if (!seen.Add(type))
                continue;
            IEnumerable<GoType?> fields = type.Fields.Select(field => field.Type);
            foreach (GoType? part in (GoType?[])[type.Element, type.Key, type.Layout, .. fields])
            {
                if (part is not null)
                    left.Push(part);
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{seen.Count} types in {watch.ElapsedMilliseconds} ms");
        Assert.True(seen.Count > 10_000);
        Assert.DoesNotContain(seen, type => type.Kind == GoKind.Invalid);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        GoFunctions functions = GoFunctions.Open(binary.DebugInformation.Dwarf!, types, binary.Pcln);
        Assert.True(functions.Names.Sum(name => functions.Bodies(name).Length) > 50_000);
    }

    private static GoFunctions Open(GoBinary binary)
    {
        DwarfFile dwarf = binary.DebugInformation.Dwarf!;
        return GoFunctions.Open(dwarf, GoTypes.Open(dwarf), binary.Pcln);
    }

    private static IEnumerable<DumpedStructure> Dump(string path)
    {
        DumpedStructure? structure = null;
        string tag = "";
        string field = "";
        foreach (string line in GoProgram.Run(Dumper, ["--debug-info", path], null).Split('\n'))
        {
            Match entry = Entry().Match(line);
            if (entry.Success)
            {
                bool isField = entry.Groups[3].Value == "member";
                if (!isField && structure is not null)
                    yield return structure;
                structure = entry.Groups[3].Value == "structure_type"
                    ? new DumpedStructure(new DebugInfoOffset(
                        ulong.Parse(entry.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
                    : isField ? structure : null;
                tag = entry.Groups[3].Value;
                continue;
            }

            Match attribute = Attribute().Match(line);
            if (structure is null || !attribute.Success)
                continue;
            // It escapes what is not ASCII; of that only the compiler's middle dot is in names.
            string value = attribute.Groups[2].Value.Replace("\\302\\267", "·", StringComparison.Ordinal);
            switch (attribute.Groups[1].Value)
            {
                case "name" when tag == "structure_type": structure.Name = value.Trim('"'); break;
                case "name": field = value.Trim('"'); break;
                case "byte_size" when tag == "structure_type": structure.Size = Number(value); break;
                case "data_member_location": structure.Fields.Add($"{field}@{Number(value)}"); break;
            }
        }
    }

    private static long Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? long.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : long.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^0x([0-9a-f]+):( +)DW_TAG_(\w+)")]
    private static partial Regex Entry();

    [GeneratedRegex(@"^ +DW_AT_(\w+)\t\((.*)\)$")]
    private static partial Regex Attribute();

    private sealed record DumpedStructure(DebugInfoOffset Offset)
    {
        public string Name { get; set; } = "";

        public long Size { get; set; }

        public List<string> Fields { get; } = [];
    }
}
