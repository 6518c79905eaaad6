using System.CommandLine;
using Microsoft.Extensions.Logging;
using SideEye.Cli.Serving;
using SideEye.ControlPlane.Serving;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye serve</c>: the control plane.</summary>
internal static class ServeCommand
{
    /// <summary>How long what is under way may take when it is told to end.</summary>
    public static readonly TimeSpan StopMax = TimeSpan.FromSeconds(15);

    private const string About = """
        Run the control plane: takes snapshots over agents, keeps them, and answers Grafana, scripts and people.

        Each option can also be set as a variable, lists with commas: --token-file as SIDEEYE_SERVE_TOKEN_FILE.
        Example: sideeye serve --agent host-a:7461 --agent host-b:7461 --agent-ca ca.pem --agent-token-file token
        """;

    // How long the first words about agents wait for their answers.
    private static readonly TimeSpan AgentsWait = TimeSpan.FromSeconds(3);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        ServeOptions options = new(Environment.GetEnvironmentVariable);
        Command command = new("serve", About);
        options.AddTo(command);
        command.SetAction((parsed, stop) => RunAsync(options.Read(parsed), stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlPlaneOptions options, CancellationToken stop)
    {
        try
        {
            using ILoggerFactory logs = ControlPlaneLog.Create();
            RunningControlPlane running =
                await RunningControlPlane.StartAsync(options, logs, stop).ConfigureAwait(false);
            await using (running.ConfigureAwait(false))
            {
                Say($"listening on {running.Address}, data in {Path.GetFullPath(options.DataFolder)}");
                // A signal may come to the server alone, and while nobody has answered yet.
                Task end = running.WaitAsync(stop);
                await TellAsync(running, end).ConfigureAwait(false);
                await end.ConfigureAwait(false);
            }
        }
        catch (ControlPlaneStartException e)
        {
            throw new CommandFailedException(e.Message);
        }
        return ExitCode.Done;
    }

    private static async Task TellAsync(RunningControlPlane running, Task end)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!running.DoAllAgentsAnswer && !end.IsCompleted
            && TimeProvider.System.GetElapsedTime(start) < AgentsWait)
        {
            await Task.WhenAny(end, Task.Delay(100)).ConfigureAwait(false);
        }
        if (end.IsCompleted)
            return;
        foreach (string line in running.Words)
            Say(line);
    }

    private static void Say(string text) => Console.Error.WriteLine($"sideeye: {text}");
}
