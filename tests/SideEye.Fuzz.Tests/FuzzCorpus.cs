using SideEye.GoRuntime;

namespace SideEye.Fuzz.Tests;

/// <summary>Keeps the corpus alive: all of it, what once broke a reader included, and a few thousand mutants.</summary>
public sealed class FuzzCorpus
{
    private const int Mutants = 5_000;

    public static TheoryData<string> Targets => new(FuzzTarget.All.Select(t => t.Name));

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_input_is_read_or_refused(string name)
    {
        FuzzRun run = new(FuzzTarget.All.Single(t => t.Name == name));
        IReadOnlyList<(string Name, byte[] Bytes)> inputs = Corpus.Read(name);
        Assert.NotEmpty(inputs);
        foreach ((string input, byte[] bytes) in inputs)
            Assert.True(run.Try(bytes) is null, $"{name}/{input}: {run.Try(bytes)}");
    }

    [Theory]
    [InlineData("go1.19-inlined")]
    [InlineData("go1.24-inlined")]
    [InlineData("go1.27-inlined")]
    public void Functions_cut_out_of_a_program_keep_names_files_and_inlined_calls(string seed)
    {
        PclnTable table = PclntabWalk.Open(Corpus.Read("pclntab").Single(i => i.Name == seed).Bytes);
        GoFunction receive = table.FindByName("runtime.chanrecv")!.Value;
        HashSet<string> seen = [];
        List<PclnFrame> frames = [];
        for (ulong pc = receive.Entry; pc < receive.End; pc++)
        {
            frames.Clear();
            table.Expand(receive, pc, frames);
            seen.UnionWith(frames.Select(frame => $"{frame.Function} {frame.File}"));
        }

        Assert.Contains("runtime.chanrecv runtime/chan.go", seen);
        Assert.Contains("runtime.(*waitq).dequeue runtime/chan.go", seen);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Mutants_are_read_or_refused(string name)
    {
        FuzzRun run = new(FuzzTarget.All.Single(t => t.Name == name));
        Mutator mutator = new(new Random(7), [.. Corpus.Read(name).Select(i => i.Bytes)]);
        for (int i = 0; i < Mutants; i++)
        {
            byte[] mutant = mutator.Next();
            string? problem = run.Try(mutant);
            Assert.True(problem is null, $"mutant {i} ({Convert.ToBase64String(mutant)}): {problem}");
        }

        Assert.InRange(run.Refused, 1, Mutants - 1);
    }
}
