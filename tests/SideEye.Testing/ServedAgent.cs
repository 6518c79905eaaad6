using System.Text.Json;

namespace SideEye.Testing;

/// <summary>An agent and a control plane over it on this machine, as users run them: the built programs.</summary>
public sealed class ServedAgent : IAsyncDisposable
{
    private const string Listening = "listening on http://";
    private readonly List<RunningProgram> programs = [];
    private readonly int agents;

    private ServedAgent(int agents) => this.agents = agents;

    /// <summary>The first agent.</summary>
    public RunningProgram Agent => programs[0];

    /// <summary>The control plane.</summary>
    public RunningProgram ControlPlane => programs[^1];

    /// <summary>The control plane's address, <c>http://127.0.0.1:PORT</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts them and waits until the control plane listens and the agents have answered.</summary>
    /// <param name="sideeye">The command line that becomes the control plane.</param>
    /// <param name="dataFolder">Where it keeps its snapshots.</param>
    /// <param name="agents">How many agents; all watch the same processes.</param>
    /// <param name="agentOptions">Options of each agent.</param>
    /// <param name="serveOptions">Options of the control plane.</param>
    /// <exception cref="InvalidOperationException">One did not start.</exception>
    public static async Task<ServedAgent> StartAsync(
        IReadOnlyList<string> sideeye, string dataFolder, int agents = 1, IReadOnlyList<string>? agentOptions = null,
        IReadOnlyList<string>? serveOptions = null)
    {
        ServedAgent served = new(agents);
        try
        {
            List<string> addresses = [];
            for (int i = 0; i < agents; i++)
            {
                served.programs.Add(await RunningProgram.StartAsync(
                    [BuiltAgent.Path, "--listen", "127.0.0.1:0", .. agentOptions ?? []], Listening));
                addresses.AddRange(["--agent", AddressIn(served.programs[^1].Log)]);
            }
            served.programs.Add(await RunningProgram.StartAsync(
                [
                    .. sideeye, "serve", "--listen", "127.0.0.1:0", "--data", dataFolder, .. addresses,
                    .. serveOptions ?? [],
                ],
                Listening));
            served.Address = $"http://{AddressIn(served.ControlPlane.Log)}";
            await served.AnswerAsync();
            return served;
        }
        catch
        {
            await served.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (RunningProgram program in Enumerable.Reverse(programs))
            await program.DisposeAsync();
    }

    /// <summary>Returns once the control plane says of all agents that they answer.</summary>
    /// <exception cref="OperationCanceledException">One does not within two minutes.</exception>
    public async Task AnswerAsync()
    {
        using HttpClient http = new();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
        while (true)
        {
            string text = await http.GetStringAsync($"{Address}/api/v1/agents", patience.Token);
            using JsonDocument all = JsonDocument.Parse(text);
            if (all.RootElement.EnumerateArray().Count(static one => one.GetProperty("is_ok").GetBoolean()) == agents)
                return;
            await Task.Delay(50, patience.Token);
        }
    }

    private static string AddressIn(string log) =>
        log[(log.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Split(',', '\n')[0].Trim();
}
