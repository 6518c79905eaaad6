using System.Text;
using SideEye.Elf;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Host;
using SideEye.Probes.Keeping;
using SideEye.Probes.Lowering;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;

namespace SideEye.Probes.Tests;

/// <summary>A capture that an earlier run compiled is what this one would compile.</summary>
public sealed class A_capture_that_was_kept : IDisposable
{
    private const string Text = """
        version: 1
        functions:
          - { function: main.cycles, capture: [root, self, rot] }
          - { function: main.interfacesInside, capture: [many, nested, byPointer.(*main.circle).centre] }
          - { function: main.contexts, capture: [cancelled] }
          - function: main.mapsOfMore
            capture: ["toStruct[*].{x, y}", "toSlice[*][*]", "toBulky[*].{all: words[*]}"]
        types: [{ type: main.circle, capture: [centre, "centre.{x, y}"] }]
        context: [{ key: main.contextKey, as: request_id }, { key: main.requestIDKey, as: other }]
        """;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-index");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("values", "1.19", "default")]
    [InlineData("values", "1.23", "noopt")]
    [InlineData("values", "1.27", "default")]
    [InlineData("values", "1.27", "noopt")]
    [InlineData("deferred", "1.27", "default")]
    public async Task Is_read_by_a_later_run_which_compiles_nothing(string program, string version, string variant)
    {
        GoFixture fixture = new(program, version, variant);
        string path = await fixture.BuildAsync(TestContext.Current.CancellationToken);
        using OpenedBinary binary = OpenedBinary.Open(path, path, Files);
        CaptureSpec spec = EverythingOf(binary.Go);
        CompiledCapture first = Take(binary.Go, spec, compilations: 1);
        using OpenedBinary later = OpenedBinary.Open(path, path, Files);
        CompiledCapture second = Take(later.Go, spec, compilations: 0);
        AssertSame(first, second, binary.Go, spec);
    }

    [Fact]
    public async Task Is_read_for_a_large_program_with_the_packs()
    {
        string path = await Etcd.BuildAsync(TestContext.Current.CancellationToken);
        using OpenedBinary etcd = OpenedBinary.Open(path, path, Files);
        CaptureSpec packs = SpecMerger.Merge(BuiltInPacks.All, []).Spec!;
        CompiledCapture first = Take(etcd.Go, packs, compilations: 1);
        AssertSame(first, Take(etcd.Go, packs, compilations: 0), etcd.Go, packs);
        Assert.InRange(Assert.Single(Kept).Length, 1 << 20, 4 << 20);
    }

    [Fact]
    public async Task Is_made_again_when_it_is_damaged_and_then_it_is_whole_again()
    {
        OpenedBinary binary = await OpenAsync();
        CaptureSpec spec = Spec(Text);
        CompiledCapture first = Take(binary.Go, spec, compilations: 1);
        FileInfo file = Assert.Single(Kept);
        byte[] whole = await File.ReadAllBytesAsync(file.FullName, TestContext.Current.CancellationToken);
        foreach (int at in (int[])[0, 8, 100, whole.Length / 4, whole.Length / 2, whole.Length - 1])
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x40;
            AssertIsMadeAgain(damaged);
        }
        AssertIsMadeAgain(whole[..(whole.Length / 2)]);
        AssertIsMadeAgain("no capture"u8.ToArray());

        void AssertIsMadeAgain(byte[] contents)
        {
            File.WriteAllBytes(file.FullName, contents);
            AssertSame(first, Take(binary.Go, spec, compilations: 1), binary.Go, spec);
            Assert.Equal(whole, File.ReadAllBytes(file.FullName));
            Take(binary.Go, spec, compilations: 0);
        }
    }

    [Fact]
    public async Task Is_not_taken_for_that_of_another_spec_or_another_build_of_the_program()
    {
        OpenedBinary binary = await OpenAsync();
        Take(binary.Go, Spec(Text), compilations: 1);
        FileInfo file = Assert.Single(Kept);
        CaptureSpec changed = Spec(Text + "\nlimits: { depth: 1 }\n");
        CompiledCapture other = Take(binary.Go, changed, compilations: 1);
        FileInfo ofChanged = Assert.Single(Kept, one => one.Name != file.Name);
        // Whatever it is called.
        file.CopyTo(ofChanged.FullName, overwrite: true);
        AssertSame(other, Take(binary.Go, changed, compilations: 1), binary.Go, changed);
        Take(binary.Go, changed, compilations: 0);
        OpenedBinary second = await CompiledProgram.OpenAsync(new GoFixture("values", "1.26"));
        Take(second.Go, changed, compilations: 1);
    }

    [Fact]
    public async Task Tells_of_what_does_not_fit_with_the_places_of_the_spec_at_hand()
    {
        OpenedBinary binary = await OpenAsync();
        CompiledCapture first = Take(binary.Go, Spec(Text), compilations: 1);
        CompiledCapture second = Take(binary.Go, Spec("# a word\n# or two\n" + Text), compilations: 0);
        Assert.Equal(
            ["spec.yaml:3:52 rot: main.cycles has no variable rot; did you mean root?"],
            first.Bound.Problems.Where(static one => one.Message.Contains("rot")).Select(
                static one => $"{one.At} {one.Message}"));
        Assert.Equal(
            first.Bound.Problems.Select(static one => (one.At.Line + 2, one.At.Column, one.Message)),
            second.Bound.Problems.Select(static one => (one.At.Line, one.At.Column, one.Message)));
    }

    [Fact]
    public async Task Whatever_it_holds_is_refused_or_harmless()
    {
        OpenedBinary binary = await OpenAsync();
        CaptureSpec spec = Spec(Text);
        CaptureKey key = KeyOf(spec, binary.Go);
        IReadOnlyList<KeptPart> parts = KeptCapture.TryWrite(Take(binary.Go, spec, compilations: 1), spec, key)!;
        Random random = new(1);
        int refused = 0;
        for (int round = 0; round < 400; round++)
        {
            KeptPart[] changed = [.. parts];
            int which = random.Next(changed.Length);
            byte[] bytes = changed[which].Bytes.ToArray();
            for (int i = 0; bytes.Length > 0 && i <= random.Next(4); i++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            changed[which] = changed[which] with { Bytes = bytes.AsMemory(0, random.Next(bytes.Length / 2) * 2) };
            if (round % 2 == 0)
                changed[which] = changed[which] with { Bytes = bytes };
            byte[] file = [.. KeptParts.Write(changed).SelectMany(static piece => piece.ToArray())];
            if (KeptCapture.TryRead(KeptParts.TryOpen(file)!, key, spec, binary.Go) is not { } read)
                refused++;
            else
                read.Program.Encode(0, out _);
        }
        Assert.InRange(refused, 100, 400);
    }

    private IndexFiles Files => new(folder.FullName);

    private FileInfo[] Kept => folder.GetFiles("*.capture");

    private CompiledCapture Take(GoBinary binary, CaptureSpec spec, int compilations)
    {
        CapturePrograms programs = new(Files);
        CompiledCapture capture = programs.For(binary, spec)!;
        Assert.Equal(compilations, programs.Compilations);
        return capture;
    }

    /// <summary>What the probe runs, what is made of it, and what both are called.</summary>
    private static void AssertSame(CompiledCapture first, CompiledCapture second, GoBinary binary, CaptureSpec spec)
    {
        Assert.Equal(first.Program.Encode(0x1000, out _), second.Program.Encode(0x1000, out _));
        Assert.Equal(
            ProgramText.Of(first.Program, binary.Pcln, static _ => true),
            ProgramText.Of(second.Program, binary.Pcln, static _ => true));
        CaptureKey key = KeyOf(spec, binary);
        Assert.Equal(
            KeptCapture.TryWrite(first, spec, key)!.Select(static part => Convert.ToHexString(part.Bytes.Span)),
            KeptCapture.TryWrite(second, spec, key)!.Select(static part => Convert.ToHexString(part.Bytes.Span)));
    }

    /// <summary>Every variable of every function of package main, and paths into what they point to.</summary>
    private static CaptureSpec EverythingOf(GoBinary binary)
    {
        Dwarf.DwarfFile dwarf = binary.DebugInformation.Dwarf!;
        GoFunctions functions = GoFunctions.Open(dwarf, GoTypes.Open(dwarf), binary.Pcln);
        StringBuilder text = new("version: 1\nfunctions:\n");
        foreach (string function in functions.Search("main.", 2000).Where(static name => name.StartsWith("main.")))
        {
            GoVariable[] variables =
            [
                .. functions.Bodies(function).SelectMany(static body => body.Variables)
                    .Where(static variable => variable.Name.All(char.IsAsciiLetter)).DistinctBy(static one => one.Name),
            ];
            if (variables.Length == 0)
                continue;
            text.Append($"  - function: '{function}'\n    capture:\n");
            foreach (GoVariable variable in variables)
            {
                text.Append($"      - {variable.Name}\n");
                if (variable.Type.Kind is GoKind.Slice or GoKind.Map or GoKind.Chan or GoKind.String)
                    text.Append($"      - {{ expr: len({variable.Name}), as: {variable.Name}_len }}\n");
                if (variable.Type is { Kind: GoKind.Struct, Fields: [{ Name: var field }, ..] } && field != "_")
                    text.Append($"      - {{ expr: {variable.Name}.{field}, as: {variable.Name}_first }}\n");
            }
        }
        return Spec(text.ToString());
    }

    private static CaptureKey KeyOf(CaptureSpec spec, GoBinary binary) =>
        CaptureKey.TryMake(spec, binary, () => CaptureKey.DigestOf(binary))!;

    private static Task<OpenedBinary> OpenAsync() => CompiledProgram.OpenAsync(new GoFixture("values", "1.27"));

    private static CaptureSpec Spec(string text)
    {
        SpecReading read = SpecReader.Read(text, "spec.yaml");
        Assert.Empty(read.Problems);
        SpecReading merged = SpecMerger.Merge([], read.Spec!);
        Assert.Empty(merged.Problems);
        return merged.Spec!;
    }
}
