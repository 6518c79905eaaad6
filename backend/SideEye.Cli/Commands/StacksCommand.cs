using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using SideEye.Cli.Output;
using SideEye.Cli.Stacks;
using SideEye.Store;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye stacks FILE</c>: a goroutine dump for people, one entry for each distinct stack.</summary>
internal static class StacksCommand
{
    private const string About = """
        Show the goroutines of a snapshot file, those with the same stack together.

        The longest wait comes first, then the largest group. Like a Go traceback, it leaves out the runtime's own
        goroutines and frames unless --all is given. Waiting times are lower bounds; in brackets is whose: observed
        (by the agent), timer, event, or runtime (a garbage collection found it waiting; it may be far longer).
        """;

    public static Command Create()
    {
        Argument<string> file = FileArgument.Create();
        Option<bool> all = new("--all", "-a") { Description = "Show the runtime's goroutines and frames as well." };
        Option<int?> process = ProcessOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON: an array of processes." };
        Command command = new("stacks", About) { file, all, process, json };
        command.SetAction((parsed, stop) => Task.Run(
            () => Run(
                parsed.GetRequiredValue(file), parsed.GetValue(process), parsed.GetValue(all), parsed.GetValue(json),
                stop),
            stop));
        return command;
    }

    private static int Run(string file, int? process, bool all, bool json, CancellationToken stop)
    {
        ImmutableArray<SnapshotProcess> processes;
        using (SnapshotReader reader = SnapshotReader.Open(file))
            processes = SnapshotStacks.Read(reader, process, stop);
        using Stream output = StandardOutput.Open();
        if (json)
        {
            StacksJson.Write(output, processes, all);
            return ExitCode.Done;
        }
        using StreamWriter text = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        new StacksText(text, all, StandardOutput.HasColours).Write(processes);
        return ExitCode.Done;
    }
}
