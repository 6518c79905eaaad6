using System.CommandLine;
using System.Text.RegularExpressions;
using SideEye.Capture;
using SideEye.Cli.Output;
using SideEye.Cli.Remote;
using SideEye.Cli.Snapshots;
using SideEye.Cli.Specs;
using SideEye.Host;
using SideEye.Linux;

namespace SideEye.Cli.Commands;

/// <summary>
/// <c>sideeye snapshot</c>: freezes processes for about a millisecond and writes what they were doing to a file.
/// </summary>
internal static class SnapshotCommand
{
    private const string About = """
        Capture all goroutines of Go processes into a DuckDB file, stopping each for about a millisecond.

        The process is only read, never changed, and runs on even if sideeye is killed in the middle.
        Example: sideeye snapshot --pid 4711 --out now.duckdb && sideeye stacks now.duckdb

        With --server a control plane takes it of the processes that its agents watch, on all their hosts.
        Example: sideeye snapshot --server https://sideeye:7463 --program checkout --out now.duckdb
        """;

    public static Command Create()
    {
        Option<int[]> pids = new("--pid", "-p")
        {
            Description = "Process id; repeat it for several.", HelpName = "PID", AllowMultipleArgumentsPerToken = true,
        };
        Option<string?> name = new("--name", "-n")
        {
            Description = "Every Go process whose executable's path matches this regular expression.",
            HelpName = "REGEX",
        };
        Option<string?> file = new("--out", "-o")
        {
            Description = "File to write; default: sideeye-<UTC time>.duckdb in this folder.", HelpName = "FILE.duckdb",
        };
        Option<string> reader = new("--reader")
        {
            Description = "Who copies: auto (bpf where the kernel takes it), bpf, or vmread (slower, needs no BPF).",
            HelpName = "auto|bpf|vmread", DefaultValueFactory = _ => "auto",
        };
        reader.AcceptOnlyFromAmong("auto", "bpf", "vmread");
        Option<double> watch = new("--watch", "-w")
        {
            Description = "First watch the goroutines for so many seconds without stopping them, to learn how long "
                + "they wait.",
            HelpName = "SECONDS",
        };
        Option<double> pauseMax = new("--pause-max")
        {
            Description = "Longest pause in milliseconds; what is not copied by then is left out and the snapshot "
                + "marked truncated.",
            HelpName = "MS", DefaultValueFactory = _ => CaptureLimits.Default.PauseMax.TotalMilliseconds,
        };
        Option<int> framesMax = new("--frames-max")
        {
            Description = "Most frames of one stack, innermost first.", HelpName = "N",
            DefaultValueFactory = _ => CaptureLimits.Default.StackFramesMax,
        };
        Option<string[]> specs = SpecOption.Create();
        Option<bool> noPacks = new("--no-packs")
        {
            Description = "Leave out the built-in packs: only what --spec says.",
        };
        Option<bool> json = JsonOption.Create();
        Command command = new("snapshot", About)
        {
            pids, name, specs, noPacks, file, reader, watch, pauseMax, framesMax, json,
        };
        RemoteSnapshotOptions remote = new(
            file, pauseMax, json, [pids, name, specs, noPacks, reader, watch, framesMax]);
        remote.AddTo(command);
        command.SetAction((parsed, stop) => remote.TryRun(parsed, stop) ?? RunAsync(
            new SnapshotOptions
            {
                Pids = parsed.GetValue(pids) ?? [],
                Name = parsed.GetValue(name),
                File = parsed.GetValue(file),
                Spec = SpecFiles.ReadGood(parsed.GetValue(specs) ?? [], withPacks: !parsed.GetValue(noPacks)),
                Reader = ReaderOf(parsed.GetRequiredValue(reader)),
                Watch = Seconds("--watch", parsed.GetValue(watch), 24 * 3600),
                AsJson = parsed.GetValue(json),
                Limits = CaptureLimits.Default with
                {
                    PauseMax = Seconds("--pause-max", parsed.GetValue(pauseMax) / 1000, 60),
                    StackFramesMax = AtLeastOne("--frames-max", parsed.GetValue(framesMax)),
                },
            },
            stop));
        return command;
    }

    private static async Task<int> RunAsync(SnapshotOptions options, CancellationToken stop)
    {
        // Reading, decoding and storing take far longer than the pause, and on a small host the target wants its cores.
        OwnPriority.Yield();
        using BinaryCache binaries = new();
        (List<GoProcess> processes, List<FailedProcess> failed) = Select(options, binaries);
        if (processes.Count == 0)
            throw new CommandFailedException(failed[0].Error);
        await WatchAsync(processes, options, stop).ConfigureAwait(false);
        using IDisposable holding = binaries.Hold();
        SnapshotReport report = await SnapshotRun.TakeAsync(options, processes, failed, stop).ConfigureAwait(false);
        using Stream output = StandardOutput.Open();
        report.Write(output, options.AsJson);
        return report.ExitCode;
    }

    private static (List<GoProcess> Processes, List<FailedProcess> Failed) Select(
        SnapshotOptions options, BinaryCache binaries)
    {
        if (options.Pids.Length == 0 && options.Name is null)
        {
            throw new CommandFailedException(
                "which process? give --pid PID or --name REGEX; sideeye ps lists them", ExitCode.WrongUsage);
        }
        List<GoProcess> processes = [];
        List<FailedProcess> failed = [];
        foreach (int pid in options.Pids.Distinct())
        {
            try
            {
                processes.Add(GoProcess.Open(pid, binaries));
            }
            catch (TargetException e)
            {
                failed.Add(new FailedProcess(pid, e.Message));
            }
        }
        if (options.Name is not null)
            processes.AddRange(Matching(options.Name, processes, binaries));
        return (processes, failed);
    }

    private static List<GoProcess> Matching(string pattern, List<GoProcess> known, BinaryCache binaries)
    {
        Regex regex = Compile(pattern);
        HashSet<int> taken = [.. known.Select(process => process.Pid)];
        List<GoProcess> matching = [];
        foreach (ProcessListing listing in ProcessListing.Find(binaries))
        {
            if (listing.Error is null && regex.IsMatch(listing.Executable) && taken.Add(listing.Pid))
                matching.Add(GoProcess.Open(listing.Pid, binaries));
        }
        if (matching.Count == 0 && known.Count == 0)
        {
            throw new CommandFailedException(
                $"no Go process that this user may read has an executable matching '{pattern}'; see sideeye ps");
        }
        return matching;
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException e)
        {
            throw new CommandFailedException(
                $"--name '{pattern}' is not a regular expression: {e.Message}", ExitCode.WrongUsage);
        }
    }

    private static async Task WatchAsync(List<GoProcess> processes, SnapshotOptions options, CancellationToken stop)
    {
        if (options.Watch <= TimeSpan.Zero)
            return;
        Console.Error.WriteLine($"watching waits for {options.Watch.TotalSeconds:0.#} s, nothing is stopped ...");
        await WaitWatch.RunAsync(
            processes, options.Watch, options.Limits.GoroutinesMax, TimeProvider.System, stop).ConfigureAwait(false);
    }

    private static ReaderChoice ReaderOf(string text) => text switch
    {
        "bpf" => ReaderChoice.Bpf,
        "vmread" => ReaderChoice.VmRead,
        _ => ReaderChoice.Automatic,
    };

    private static TimeSpan Seconds(string option, double seconds, double most) =>
        seconds >= 0 && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw new CommandFailedException(
                $"{option} is out of range: at most {most} seconds", ExitCode.WrongUsage);

    private static int AtLeastOne(string option, int value) =>
        value is >= 1 and <= 1_000_000
            ? value
            : throw new CommandFailedException($"{option} must be between 1 and 1000000", ExitCode.WrongUsage);
}
