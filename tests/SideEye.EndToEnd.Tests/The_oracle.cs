using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// Every variable of the test program `values`, in every build: captured, it is what the program itself knows, and it
/// is captured wherever Delve shows a value. And every path from one.
/// </summary>
public sealed class The_oracle
{
    private const int FramesMax = 60;

    public static TheoryData<string, string, string> Builds => [.. Toolchains.Versions
        .SelectMany(version => new[] { "default", "noopt" }, (version, variant) => (version, variant))
        .SelectMany(_ => new[] { "bpf", "vmread" }, (build, reader) => (build.version, build.variant, reader))];

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task Captured_values_equal_what_the_program_knows(string version, string variant, string reader)
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        await using ValuesProgram program = await ValuesProgram.StartAsync(version, variant);

        ValuesSpec spec = ValuesSpec.OfVariables(program);
        Findings findings = Findings.Of(spec, CapturedValues.Take(program, spec, folder, reader));
        int shownByDelve = await findings.AskDelveAsync(program);

        string report = $"go{version} {variant} {reader}: {findings.Equal} values equal, {findings.Null.Count} NULL, "
            + $"of which Delve shows {shownByDelve}, {findings.Parts.Count} null in parts, "
            + $"{findings.Wrong.Count} wrong";
        foreach (string part in findings.Parts)
            Console.WriteLine($"null in part: {part}");
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        Console.WriteLine(report);
        Assert.True(findings.Wrong.Count == 0, string.Join('\n', findings.Wrong));
        Assert.Equal(0, shownByDelve);
        Assert.True(findings.Parts.Count == 0, string.Join('\n', findings.Parts));
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task Captured_paths_lead_to_what_the_program_knows(string version, string variant, string reader)
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        await using ValuesProgram program = await ValuesProgram.StartAsync(version, variant);
        ValuesSpec spec = ValuesSpec.OfPaths(program);

        CapturedValues captured = CapturedValues.Take(program, spec, folder, reader);
        Findings findings = Findings.Of(spec, captured);

        Assert.True(findings.Wrong.Count == 0, string.Join('\n', findings.Wrong));
        Assert.True(findings.Parts.Count == 0, string.Join('\n', findings.Parts));
        string[] lost = [.. findings.Null.Select(each =>
            $"{each.Frame!.Function} {each.Variable.Name}: {captured.ReasonOf(each.Frame, each.Variable)}")];
        Assert.True(lost.Length == 0, string.Join('\n', lost));
        Assert.InRange(findings.Equal, 60, 100);
        Assert.All(
            spec.Frames.SelectMany(static frame => frame.Variables!, static (frame, path) => (frame, path))
                .Where(static each => each.path.IsAbsent),
            each => Assert.Equal((string?)each.path.Plain, captured.ReasonOf(each.frame, each.path)));
    }

    [Theory]
    [InlineData("1.19", "default")]
    [InlineData("1.23", "noopt")]
    [InlineData("1.27", "default")]
    [InlineData("1.27", "noopt")]
    public async Task So_they_do_when_an_earlier_run_has_compiled_what_to_capture(string version, string variant)
    {
        await using ValuesProgram program = await ValuesProgram.StartAsync(version, variant);
        Findings[] runs = [Take(), Take()];

        Assert.All(runs, static run => Assert.True(run.Wrong.Count == 0, string.Join('\n', run.Wrong)));
        Assert.Equal(
            (runs[0].Equal, runs[0].Null.Count, runs[0].Parts.Count),
            (runs[1].Equal, runs[1].Null.Count, runs[1].Parts.Count));
        Assert.InRange(runs[1].Equal, 400, 1000);

        Findings Take()
        {
            using TemporaryFolder folder = new();
            ValuesSpec spec = ValuesSpec.OfVariables(program);
            return Findings.Of(spec, CapturedValues.Take(program, spec, folder, "vmread"));
        }
    }

    private sealed class Findings
    {
        public static Findings Of(ValuesSpec spec, CapturedValues captured)
        {
            Findings findings = new();
            foreach (KnownFrame frame in spec.Frames)
            {
                foreach (KnownVariable variable in frame.Variables ?? [])
                    findings.Add(frame, variable, captured.RowOf(frame));
            }
            foreach (KnownVariable global in spec.Globals)
                findings.Add(null, global, captured.Globals);
            return findings;
        }

        public int Equal { get; private set; }

        public List<string> Wrong { get; } = [];

        /// <summary>NULL though the program knows a value.</summary>
        public List<(KnownFrame? Frame, KnownVariable Variable)> Null { get; } = [];

        private void Add(KnownFrame? frame, KnownVariable variable, JsonObject? row)
        {
            string? text = row?[ValuesSpec.ColumnOf(variable)]?.GetValue<string>();
            if (text is null && !CapturedValues.MayBeNull(variable))
            {
                Null.Add((frame, variable));
            }
            else if (CapturedValues.Difference(variable, text) is { } difference)
            {
                string finding = $"{frame?.Case} {frame?.Function} {variable.Name}{difference}";
                if (!IsUntold(frame, variable, difference))
                    (difference.EndsWith(", not null", StringComparison.Ordinal) ? Parts : Wrong).Add(finding);
            }
            else
            {
                Equal++;
            }
        }

        /// <summary>Parts of values that are null where the program knows a value.</summary>
        public List<string> Parts { get; } = [];

        // The debug information has no index into the dictionary for a variable that escaped: where
        // two type arguments have one shape, which of them it is of is not to be known, and we give the address.
        private static bool IsUntold(KnownFrame? frame, KnownVariable variable, string difference) =>
            frame?.Function == "main.genericPair[go.shape.*uint8,go.shape.*uint8]" && variable.Name == "escaped"
            && difference.Contains(", not \"0x", StringComparison.Ordinal);

        /// <summary>How many of the NULLs Delve shows; each is told. Delve may take more memory or time than it is
        /// allowed: then it is asked once more.</summary>
        public async Task<int> AskDelveAsync(ValuesProgram program)
        {
            try
            {
                return await AskDelveOnceAsync(program);
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidOperationException
                or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Console.WriteLine($"Delve is asked once more: {e.Message}");
                return await AskDelveOnceAsync(program);
            }
        }

        private async Task<int> AskDelveOnceAsync(ValuesProgram program)
        {
            await using DelveSession delve = await DelveSession.AttachAsync(
                program.Target.ProcessId, TestContext.Current.CancellationToken);
            int shown = 0;
            (long Goroutine, IReadOnlyList<DelveFrame> Frames) stack = (-1, []);
            foreach ((KnownFrame? frame, KnownVariable variable) in Null)
            {
                if (frame is not null && frame.GoroutineId != stack.Goroutine)
                    stack = (frame.GoroutineId, await delve.StackAsync(frame.GoroutineId, FramesMax, DelveLoad.Most));
                DelveVariable? seen = frame is null
                    ? await delve.EvaluateAsync(variable.Name, DelveLoad.Most)
                    : DelveStack.Find(stack.Frames, frame)?.Find(variable.Name);
                if (seen is not { IsReadable: true })
                    continue;
                shown++;
                Console.WriteLine($"Delve shows {frame?.Case} {frame?.Function} {variable.Name}: {seen.LocationExpr}");
            }
            return shown;
        }
    }
}
