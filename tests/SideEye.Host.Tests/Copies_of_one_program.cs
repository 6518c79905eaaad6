using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;
using SideEye.Testing;
using Xunit;

namespace SideEye.Host.Tests;

/// <summary>Containers of one image have a file each: what is known of the program is the same for all of them, and of
/// nobody else.</summary>
public sealed class Copies_of_one_program : IDisposable
{
    private const string Text = """
        version: 1
        functions:
          - { function: main.main, table: mains, capture: [{ expr: os.Args, as: arguments }] }
          - { function: main.cycles, table: cycles, capture: [root.value, self] }
        """;
    private static readonly GoFixture Values = new("values", "1.27");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-copies");
    private readonly BinaryCache binaries = new();

    public void Dispose()
    {
        binaries.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Are_opened_and_compiled_once_and_each_has_its_own_values()
    {
        await using CopiedTarget first = await CopiedTarget.StartAsync(Values, PathOf("first"));
        await using CopiedTarget second = await CopiedTarget.StartAsync(Values, PathOf("second"));
        GoProcess[] processes = [GoProcess.Open(first.Pid, binaries), GoProcess.Open(second.Pid, binaries)];
        CapturePrograms programs = new();

        CapturedRows rows = await CapturedRows.TakeAsync(processes, Spec, programs);

        Assert.Same(processes[0].Binary, processes[1].Binary);
        Assert.Equal(1, programs.Compilations);
        AssertHasOwnValues(rows, first, second);
        Assert.Equal([first.Path, second.Path], processes.Select(static process => process.Executable));
    }

    [Fact]
    public async Task Are_those_with_the_same_contents_and_not_those_with_the_same_build_id()
    {
        await using CopiedTarget honest = await CopiedTarget.StartAsync(Values, PathOf("honest"));
        string path = PathOf("forged");
        File.Copy(honest.Path, path);
        CopiedTarget.Forge(path, ".debug_line");
        await using CopiedTarget forged = await CopiedTarget.RunAsync(Values, path);
        await using CopiedTarget copy = await CopiedTarget.StartAsync(Values, PathOf("copy"));
        GoProcess[] processes =
            [.. new[] { honest, forged, copy }.Select(target => GoProcess.Open(target.Pid, binaries))];

        Assert.Equal(processes[0].Binary.BuildId, processes[1].Binary.BuildId);
        Assert.NotSame(processes[0].Binary, processes[1].Binary);
        Assert.Same(processes[0].Binary, processes[2].Binary);
        // Nor are they on disk.
        IndexFiles files = new(folder.CreateSubdirectory("index").FullName);
        foreach (GoProcess process in processes[..2])
        {
            CapturePrograms programs = new(files);
            programs.For(process.Binary, Spec);
            Assert.Equal(1, programs.Compilations);
        }
    }

    [Fact]
    public async Task Stay_readable_when_that_which_was_opened_is_gone_and_overwritten()
    {
        CopiedTarget first = await CopiedTarget.StartAsync(Values, PathOf("first"));
        GoProcess opened = GoProcess.Open(first.Pid, binaries);
        await using CopiedTarget second = await CopiedTarget.StartAsync(Values, PathOf("second"));
        GoProcess process = GoProcess.Open(second.Pid, binaries);
        Assert.Same(opened.Binary, process.Binary);
        await first.DisposeAsync();
        await GoneAsync(opened);

        using (binaries.Hold())
        {
            // Nothing of it is there any more: who reads it where it was mapped from is killed (SIGBUS).
            await File.WriteAllBytesAsync(first.Path, [], TestContext.Current.CancellationToken);
            File.Delete(first.Path);
            CapturedRows rows = await CapturedRows.TakeAsync([process], Spec, new CapturePrograms());
            AssertHasOwnValues(rows, second);
            Assert.NotEqual(0, Sum(process.Binary.Elf.Bytes.Span));
        }

        binaries.Keep(new HashSet<FileIdentity> { IdentityOf(second.Pid) });
        AssertHasOwnValues(await CapturedRows.TakeAsync([process], Spec, new CapturePrograms()), second);
    }

    [Fact]
    public async Task Are_opened_anew_once_nobody_ran_the_file_for_a_while()
    {
        CopiedTarget first = await CopiedTarget.StartAsync(Values, PathOf("first"));
        GoProcess before = GoProcess.Open(first.Pid, binaries);
        await first.DisposeAsync();
        await GoneAsync(before);
        // The same inode with another program.
        string other = await new GoFixture("values", "1.26").BuildAsync(TestContext.Current.CancellationToken);
        await using (FileStream file = new(first.Path, FileMode.Truncate))
            file.Write(await File.ReadAllBytesAsync(other, TestContext.Current.CancellationToken));
        await using CopiedTarget again = await CopiedTarget.RunAsync(Values, first.Path);
        GoProcess after = GoProcess.Open(again.Pid, binaries);

        Assert.Equal((27, 26), (before.Binary.Version.Minor, after.Binary.Version.Minor));
        AssertHasOwnValues(await CapturedRows.TakeAsync([after], Spec, new CapturePrograms()), again);
    }

    [Fact]
    public async Task A_later_run_compiles_nothing_and_writes_the_same_rows()
    {
        await using CopiedTarget target = await CopiedTarget.StartAsync(Values, PathOf("only"));
        IndexFiles files = new(folder.CreateSubdirectory("index").FullName);
        List<string[]> runs = [];
        for (int run = 0; run < 2; run++)
        {
            using BinaryCache ofRun = new();
            CapturePrograms programs = new(files);
            CapturedRows rows = await CapturedRows.TakeAsync([GoProcess.Open(target.Pid, ofRun)], Spec, programs);
            Assert.Equal(run == 0 ? 1 : 0, programs.Compilations);
            runs.Add([.. rows.Of("mains"), .. rows.Of("cycles")]);
        }
        Assert.NotEmpty(runs[0]);
        Assert.Equal(runs[0], runs[1]);
    }

    private static CaptureSpec Spec { get; } =
        SpecMerger.Merge([], SpecReader.Read(Text, "spec.yaml").Spec!).Spec!;

    private string PathOf(string name) => Path.Combine(folder.CreateSubdirectory(name).FullName, "app");

    private static void AssertHasOwnValues(CapturedRows rows, params IReadOnlyList<CopiedTarget> targets)
    {
        Assert.All(rows.Outcomes, static outcome => Assert.Null(outcome.Error));
        string[] mains = [.. rows.Of("mains")];
        Assert.Equal(targets.Count, mains.Length);
        for (int i = 0; i < mains.Length; i++)
            Assert.Contains($"process_id={i + 1}, ", mains[i]);
        Assert.All(mains.Zip(targets), static pair => Assert.Contains($"[\"{pair.Second.Path}\"", pair.First));
        Assert.NotEmpty(rows.Of("cycles"));
    }

    private static async Task GoneAsync(GoProcess process)
    {
        while (process.IsAlive)
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    private static FileIdentity IdentityOf(int pid)
    {
        Assert.True(Bpf.FrozenRead.TryIdentify(pid, out ulong device, out ulong inode));
        return new FileIdentity(device, inode);
    }

    private static int Sum(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        foreach (byte each in bytes)
            sum += each;
        return sum;
    }
}
