using SideEye.Host;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;

namespace SideEye.Probes.Tests;

/// <summary>The second snapshot of a binary with the same spec compiles nothing.</summary>
public sealed class A_program_that_was_compiled_before : IDisposable
{
    private const string Text = "version: 1\nfunctions:\n  - { function: main.cycles, capture: [root, self] }\n";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-index");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Is_taken_again_for_a_spec_that_captures_the_same()
    {
        OpenedBinary binary = await CompiledProgram.OpenAsync(new GoFixture("values", "1.27"));
        CapturePrograms programs = new();
        CompiledCapture first = programs.For(binary.Go, Spec(Text))!;
        Assert.Same(first, programs.For(binary.Go, Spec(Text)));
        // What is made of the columns afterwards needs no other program.
        const string derived = Text + "tables: [{ name: t, sql: SELECT 1 AS one }]\n";
        Assert.Same(first, programs.For(binary.Go, Spec("# the same\n" + derived)));
        Assert.Equal(1, programs.Compilations);
    }

    [Fact]
    public async Task Is_another_for_another_spec_or_binary()
    {
        OpenedBinary binary = await CompiledProgram.OpenAsync(new GoFixture("values", "1.27"));
        OpenedBinary other = await CompiledProgram.OpenAsync(new GoFixture("values", "1.27", "noopt"));
        CapturePrograms programs = new();
        programs.For(binary.Go, Spec(Text));
        programs.For(binary.Go, Spec(Text + "limits: { depth: 1 }\n"));
        programs.For(other.Go, Spec(Text));
        Assert.Equal(3, programs.Compilations);
    }

    [Fact]
    public async Task Is_compiled_from_the_kept_index_of_functions_the_next_time_and_is_the_same()
    {
        OpenedBinary binary = await CompiledProgram.OpenAsync(new GoFixture("values", "1.27"));
        IndexFiles files = new(folder.FullName);
        CompiledCapture first = new CapturePrograms(files).Compile(binary.Go, Spec(Text));
        FileInfo kept = Assert.Single(folder.GetFiles("*.functions"));
        CompiledCapture second = new CapturePrograms(files).Compile(binary.Go, Spec(Text));
        Assert.Equal(
            Lowering.ProgramText.Of(first.Program, binary.Go.Pcln),
            Lowering.ProgramText.Of(second.Program, binary.Go.Pcln));
        // A damaged index is made again.
        await File.WriteAllTextAsync(kept.FullName, "damaged", TestContext.Current.CancellationToken);
        CompiledCapture third = new CapturePrograms(files).Compile(binary.Go, Spec(Text));
        Assert.Equal(first.Program.Ranges, third.Program.Ranges);
        Assert.NotEqual(7, new FileInfo(kept.FullName).Length);
    }

    [Fact]
    public async Task Of_a_large_program_with_the_packs_has_a_size_that_the_probe_takes()
    {
        string path = await Etcd.BuildAsync(TestContext.Current.CancellationToken);
        using OpenedBinary etcd = OpenedBinary.Open(path, path);
        CapturePrograms programs = new();
        CaptureSpec packs = SpecMerger.Merge(BuiltInPacks.All, []).Spec!;
        CompiledCapture compiled = programs.For(etcd.Go, packs)!;
        Assert.Empty(compiled.Bound.Problems);
        Assert.InRange(compiled.Program.Ranges.Length, 100, 1_000);
        Assert.InRange(Lowering.ProgramEncoding.Encode(compiled.Program, 0, out _).Length, 1 << 20, 4 << 20);
        Assert.Same(compiled, programs.For(etcd.Go, packs));
        Assert.Equal(1, programs.Compilations);
    }

    private static CaptureSpec Spec(string text) =>
        SpecMerger.Merge([], SpecReader.Read(text, "spec.yaml").Spec!).Spec!;
}
