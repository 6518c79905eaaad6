using SideEye.Elf;
using SideEye.Target;
using Xunit;

namespace SideEye.GoRuntime.Tests;

/// <summary>Module data, layouts, variables and texts: what one source says, another must confirm.</summary>
public sealed class Runtime_facts_of_a_binary
{
    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Module_data_agrees_with_the_symbols(string toolchain, string variant)
    {
        GoProgram program = GoProgram.Build(toolchain, variant);
        ModuleData module = program.Binary.Value.ModuleData;
        Assert.Equal(Address(program, "runtime.firstmoduledata"), module.Address);
        Assert.Equal(Address(program, "runtime.text"), module.Text);
        Assert.Equal(Address(program, "runtime.etext"), module.EText);
        Assert.Equal(Address(program, "runtime.pclntab"), module.PcHeader);
        Assert.Equal(Address(program, "runtime.types"), module.Types);
        Assert.Equal(Address(program, "runtime.etypes"), module.ETypes);
        Assert.Equal(0UL, module.Next);
        PclnTable table = program.Binary.Value.Pcln;
        Assert.Equal(module.MinPc, table.FunctionAt(0).Entry);
        Assert.Equal(module.MaxPc, table.TextEnd);
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Without_a_section_table_every_address_is_still_found(string toolchain, string variant)
    {
        GoProgram program = GoProgram.Build(toolchain, variant);
        GoProgram twin = program.WithoutSections();
        Assert.True(twin.Elf.Sections.IsEmpty);
        Assert.True(GoBinary.IsGo(twin.Elf));
        GoBinary whole = program.Binary.Value;
        GoBinary stripped = twin.Binary.Value;
        Assert.True(whole.DebugInformation.IsAvailable, whole.DebugInformation.Reason);
        Assert.False(stripped.DebugInformation.IsAvailable);
        Assert.Contains("variables are unavailable", stripped.DebugInformation.Reason, StringComparison.Ordinal);
        Assert.Equal((LayoutSource.Dwarf, LayoutSource.BuiltIn), (whole.LayoutSource, stripped.LayoutSource));
        Assert.Equal(whole.ModuleData, stripped.ModuleData);
        Assert.Equal(VariableSource.Symbols, whole.Variables.Source);
        Assert.Equal(whole.Variables with { Source = VariableSource.Code }, stripped.Variables);
        Assert.Equal(whole.Pcln.FunctionCount, stripped.Pcln.FunctionCount);
        Assert.Equal(whole.Layout.G, stripped.Layout.G);
        Assert.Equal(whole.Layout.M, stripped.Layout.M);
        Assert.Equal(whole.Layout.Sudog, stripped.Layout.Sudog);
        Assert.Equal(whole.Layout.ModuleData, stripped.Layout.ModuleData);
    }

    [Theory, MemberData(nameof(Matrix.Stripped), MemberType = typeof(Matrix))]
    public void A_program_linked_without_symbols_is_fully_described(string toolchain, string variant)
    {
        GoProgram program = GoProgram.Build(toolchain, variant);
        GoBinary binary = program.Binary.Value;
        Assert.True(GoBinary.IsGo(program.Elf));
        Assert.Equal(variant.StartsWith("pie", StringComparison.Ordinal), binary.IsPositionIndependent);
        Assert.Equal(VariableSource.Code, binary.Variables.Source);
        Assert.Equal("-s -w", binary.BuildInfo.Settings["-ldflags"]);
        Assert.NotNull(binary.Pcln.FindByName("main.main"));
        Assert.Equal("sleep", WaitReasonOf(binary, "sleep"));
        Assert.False(binary.WaitReasons.AreFromBinary);
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Dwarf_has_the_same_variables_as_the_symbols(string toolchain, string variant)
    {
        GoBinary binary = GoProgram.Build(toolchain, variant).Binary.Value;
        Assert.Equal(binary.Variables.AllGLen, binary.DebugInformation.Dwarf!.FindVariable("runtime.allglen"));
        Assert.Equal(binary.Variables.AllGPtr, binary.DebugInformation.Dwarf!.FindVariable("runtime.allgptr"));
        Assert.Equal(binary.Variables.AllM, binary.DebugInformation.Dwarf!.FindVariable("runtime.allm"));
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Every_row_of_the_built_in_layouts_is_what_DWARF_says(string toolchain, string variant)
    {
        GoBinary binary = GoProgram.Build(toolchain, variant).Binary.Value;
        IReadOnlyDictionary<string, RuntimeStructure> table = BuiltInLayouts.For(binary.Version)!;
        int compared = 0;
        foreach ((string name, RuntimeStructure expected) in table)
        {
            // Structures that this program does not use have no DWARF; the layout then falls back to the table itself.
            RuntimeStructure actual = binary.Layout.Struct(name);
            if (ReferenceEquals(actual, expected))
                continue;
            if (expected.KnownSize is { } size)
                Assert.True(size == actual.Size, $"{name}: {size} in the table, {actual.Size} in DWARF");
            foreach ((string field, RuntimeField place) in expected.Fields)
            {
                Assert.True(actual.TryField(field, out RuntimeField found), $"{name}.{field} is not in DWARF");
                Assert.True(place == found, $"{name}.{field}: {place} in the table, {found} in DWARF");
                compared++;
            }
        }
        Assert.True(compared > 200, $"only {compared} fields");
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Wait_reasons_of_the_binary_are_those_of_the_table(string toolchain, string variant)
    {
        GoBinary binary = GoProgram.Build(toolchain, variant).Binary.Value;
        WaitReasons expected = WaitReasons.BuiltIn(binary.Version)!;
        Assert.True(binary.WaitReasons.AreFromBinary);
        Assert.Equal(expected.Count, binary.WaitReasons.Count);
        for (int i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i], binary.WaitReasons[i]);
        Assert.Equal("unknown wait reason 200", binary.WaitReasons[200]);
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Build_information_is_what_go_version_prints(string toolchain, string variant)
    {
        GoProgram program = GoProgram.Build(toolchain, variant);
        GoBinary binary = program.Binary.Value;
        string[] lines = GoProgram.Run(GoProgram.GoTool("1.27"), ["version", "-m", program.Path], null).Split('\n');
        Assert.EndsWith(": " + binary.Version.Text, lines[0], StringComparison.Ordinal);
        Assert.Equal(program.Minor, binary.Version.Minor);
        Assert.Contains($"\tpath\t{binary.BuildInfo.Path}", lines);
        Assert.Contains($"\tmod\t{binary.BuildInfo.Main!.Path}\t{binary.BuildInfo.Main.Version}\t", lines);
        foreach ((string key, string value) in binary.BuildInfo.Settings)
            Assert.Contains(lines, line => line == $"\tbuild\t{key}={value}" || line == $"\tbuild\t{key}=\"{value}\"");
        int settings = lines.Count(line => line.StartsWith("\tbuild\t", StringComparison.Ordinal));
        Assert.Equal(settings, binary.BuildInfo.Settings.Count);
        Assert.Equal(variant == "arm64" ? Architecture.Arm64 : Architecture.Amd64, binary.Architecture);
        Assert.NotNull(binary.BuildId);
    }

    [Fact]
    public void A_program_in_another_language_is_no_Go_program()
    {
        Assert.SkipUnless(File.Exists("/bin/true"), "no /bin/true");
        ElfFile elf = ElfFile.Open(File.ReadAllBytes("/bin/true"));
        Assert.False(GoBinary.IsGo(elf));
        NotGoBinaryException refused = Assert.Throws<NotGoBinaryException>(() => GoBinary.Open(elf));
        Assert.Contains("no build information", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_without_layouts_is_named_with_what_to_do()
    {
        Assert.True(GoVersion.TryParse("go1.20.14", out GoVersion? version));
        UnsupportedGoVersionException refused =
            Assert.Throws<UnsupportedGoVersionException>(() => RuntimeLayout.BuiltIn(version));
        Assert.Contains("go1.20.14", refused.Message, StringComparison.Ordinal);
        Assert.Contains("without -ldflags=-s -w", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_came_later_are_absent_in_older_versions()
    {
        GLayout old = RuntimeLayout.BuiltIn(Version("go1.19")).G;
        GLayout recent = RuntimeLayout.BuiltIn(Version("go1.27")).G;
        Assert.Null(old.ParentGoid);
        Assert.Null(old.SyscallBp);
        Assert.Null(old.SleepWhen);
        Assert.Equal((280, 120, 368), (recent.ParentGoid, recent.SyscallBp, recent.SleepWhen));
        Assert.Equal(24, RuntimeLayout.BuiltIn(Version("go1.25")).Sudog.Elem);
        Assert.Equal(32, RuntimeLayout.BuiltIn(Version("go1.26")).Sudog.Elem);
    }

    private static GoVersion Version(string text)
    {
        Assert.True(GoVersion.TryParse(text, out GoVersion? version));
        return version;
    }

    private static ulong Address(GoProgram program, string symbol) =>
        program.Elf.FindSymbol(symbol)?.Value ?? throw new KeyNotFoundException(symbol);

    private static string? WaitReasonOf(GoBinary binary, string text)
    {
        IEnumerable<string> all = Enumerable.Range(0, binary.WaitReasons.Count).Select(i => binary.WaitReasons[i]);
        return all.FirstOrDefault(each => each == text);
    }
}
