using System.Collections.Immutable;
using System.CommandLine;
using SideEye.Cli.Flamegraph;
using SideEye.Cli.Output;
using SideEye.Cli.Stacks;
using SideEye.Store;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye flamegraph FILE</c>: goroutine counts by stack as one page for any browser.</summary>
internal static class FlamegraphCommand
{
    private const string About = """
        Draw the goroutines of a snapshot file as a flame graph: one HTML page that needs nothing else.

        A box is as wide as there are goroutines in that call, outermost calls on top, what they wait for at the end.
        The runtime's own goroutines and frames are left out unless --all is given.
        """;

    public static Command Create()
    {
        Argument<string> file = FileArgument.Create();
        Option<string?> output = new("--out", "-o")
        {
            Description = "File to write; standard output without it.",
            HelpName = "OUT.html",
        };
        Option<bool> all = new("--all", "-a") { Description = "Show the runtime's goroutines and frames as well." };
        Option<int?> process = ProcessOption.Create();
        Command command = new("flamegraph", About) { file, output, process, all };
        command.SetAction((parsed, stop) => Task.Run(
            () => Run(
                parsed.GetRequiredValue(file), parsed.GetValue(output), parsed.GetValue(process), parsed.GetValue(all),
                stop),
            stop));
        return command;
    }

    private static int Run(string file, string? output, int? process, bool all, CancellationToken stop)
    {
        if (output is null or "-" && !Console.IsOutputRedirected)
        {
            throw new CommandFailedException(
                "a flame graph is a page for a browser, not for a terminal; name a file with -o OUT.html",
                ExitCode.WrongUsage);
        }
        ImmutableArray<SnapshotProcess> processes;
        string title;
        using (SnapshotReader reader = SnapshotReader.Open(file))
        {
            processes = SnapshotStacks.Read(reader, process, stop);
            title = Title(processes, CapturedAt(reader, stop));
        }
        byte[] page = FlamegraphPage.Render(title, FlameTree.Of(processes, all));
        if (output is null or "-")
        {
            using Stream standard = StandardOutput.Open();
            standard.Write(page);
        }
        else
        {
            WriteFile(output, page);
        }
        return ExitCode.Done;
    }

    private static string? CapturedAt(SnapshotReader reader, CancellationToken stop)
    {
        using QueryResult row = reader.Query("SELECT max(captured_at) FROM snapshots", QueryLimits.None, stop);
        return row.Read() && !row.IsNull(0) ? ValueText.Time(row.GetTime(0)) : null;
    }

    private static string Title(ImmutableArray<SnapshotProcess> processes, string? capturedAt)
    {
        string name = processes.Length == 1
            ? $"{processes[0].Name} (pid {processes[0].Pid})"
            : $"{processes.Length} processes";
        return capturedAt is null ? $"Goroutines of {name}" : $"Goroutines of {name} at {capturedAt}";
    }

    /// <summary>Whole or not at all: a page that is written over stays until the new one is complete.</summary>
    private static void WriteFile(string path, byte[] page)
    {
        string partial = path + ".partial";
        try
        {
            File.WriteAllBytes(partial, page);
            File.Move(partial, path, overwrite: true);
        }
        catch (DirectoryNotFoundException)
        {
            throw new CommandFailedException($"{path} cannot be written: there is no folder "
                + Path.GetDirectoryName(Path.GetFullPath(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(partial))
                File.Delete(partial);
            throw new CommandFailedException($"{path} cannot be written: {e.Message}");
        }
    }
}
