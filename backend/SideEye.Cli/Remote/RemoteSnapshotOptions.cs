using System.CommandLine;
using SideEye.ControlPlane.Serving.Api;

namespace SideEye.Cli.Remote;

/// <summary>The options of <c>sideeye snapshot</c> that are about a control plane.</summary>
internal sealed class RemoteSnapshotOptions(
    Option<string?> file, Option<double> pauseMax, Option<bool> json, IReadOnlyList<Option> ofThisHost)
{
    private readonly ServerOptions server = new();

    private readonly Option<string?> program = new("--program")
    {
        Description = "With --server: only processes of this program.", HelpName = "NAME",
    };

    private readonly Option<string?> environment = new("--environment")
    {
        Description = "With --server: only processes of this environment.", HelpName = "NAME",
    };

    private readonly Option<string[]> processes = new("--process")
    {
        Description = "With --server: only the process of this friendly name; repeat it for several.",
        HelpName = "NAME", AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> id = new("--id")
    {
        Description = "With --server: bring a snapshot that it keeps, or the latest, rather than take one.",
        HelpName = "ID|latest",
    };

    /// <summary>Adds the options to the command.</summary>
    public void AddTo(Command command)
    {
        server.AddTo(command);
        command.Options.Add(program);
        command.Options.Add(environment);
        command.Options.Add(processes);
        command.Options.Add(id);
    }

    /// <summary>Runs the command at a control plane; null when it is about this host.</summary>
    /// <exception cref="CommandFailedException">Options of both kinds were given.</exception>
    public Task<int>? TryRun(ParseResult parsed, CancellationToken stop)
    {
        ControlPlaneClient? controlPlane = server.Open(parsed);
        if (controlPlane is null)
        {
            return Given(parsed, [program, environment, processes, id]) is string name
                ? throw new CommandFailedException($"{name} goes with --server", ExitCode.WrongUsage)
                : null;
        }
        if (Given(parsed, ofThisHost) is string local)
        {
            controlPlane.Dispose();
            throw new CommandFailedException(
                $"{local} is about this host and does not go with --server; see sideeye snapshot --help",
                ExitCode.WrongUsage);
        }
        return RunAsync(controlPlane, parsed, stop);
    }

    private async Task<int> RunAsync(ControlPlaneClient controlPlane, ParseResult parsed, CancellationToken stop)
    {
        using (controlPlane)
        {
            long? pauseNs = Given(parsed, [pauseMax]) is null ? null : (long)(parsed.GetValue(pauseMax) * 1e6);
            return await new RemoteSnapshot(controlPlane).RunAsync(
                new RemoteSnapshot.Wish(
                    parsed.GetValue(id),
                    new SnapshotDocument(
                        parsed.GetValue(program), parsed.GetValue(environment), Agents: null,
                        parsed.GetValue(processes), pauseNs),
                    parsed.GetValue(file)),
                parsed.GetValue(json), stop).ConfigureAwait(false);
        }
    }

    private static string? Given(ParseResult parsed, IEnumerable<Option> options) =>
        options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name;
}
