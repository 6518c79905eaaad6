using System.CommandLine;
using System.Globalization;

namespace SideEye.Agent.Options;

/// <summary>The command line of the agent. What is not given there is taken from SIDEEYE_AGENT_* variables.</summary>
internal static class AgentCommand
{
    private const string VariablePrefix = "SIDEEYE_AGENT_";

    private const string About = """
        Watch the Go processes of this host and take snapshots of them for a control plane.

        Each option can also be set as a variable: --token-file as SIDEEYE_AGENT_TOKEN_FILE.
        Example: sideeye-agent --listen :7461 --tls-cert a.pem --tls-key a.key --token-file token
        """;

    /// <summary>The command.</summary>
    /// <param name="run">What to do with the options; returns the exit code.</param>
    /// <param name="variable">Reads a variable of the environment.</param>
    public static RootCommand Create(
        Func<AgentOptions, CancellationToken, Task<int>> run, Func<string, string?> variable)
    {
        AgentOptions defaults = new();
        Option<string?> listen = Text("--listen", $"Address and port; default: {defaults.Listen}.");
        Option<string?> metrics = Text("--metrics-listen", "Address and port of /metrics over plain HTTP.");
        Option<string?> certificate = Text("--tls-cert", "PEM file with the agent's certificate and its chain.");
        Option<string?> key = Text("--tls-key", "PEM file with the certificate's key.");
        Option<string?> authority = Text("--client-ca", "PEM file: callers need a certificate of these authorities.");
        Option<string?> token = Text("--token-file", "File with the token that callers must send.");
        Option<string?> environment = Text("--environment", "Environment of processes for which no rule says one.");
        Option<string?> host = Text("--host-name", "Name of this host; default: what the kernel says.");
        Option<string?> budget = Text("--pause-budget", "Milliseconds that a process may stand still in a minute.");
        Option<string?> pause = Text("--pause-max", "Longest pause of one snapshot in milliseconds.");
        Option<string?> bytes = Text("--bytes-max", "Most bytes copied from a process in one snapshot.");
        Option<bool> insecure = new("--insecure")
        {
            Description = "Serve anybody who can connect, unencrypted, also from other hosts.",
        };
        RootCommand command = new(About)
        {
            listen, metrics, certificate, key, authority, token, environment, host, budget, pause, bytes, insecure,
        };
        command.SetAction((parsed, stop) =>
        {
            string? Value(Option<string?> option) => parsed.GetValue(option) ?? variable(VariableOf(option.Name));
            return run(
                defaults with
                {
                    Listen = Value(listen) ?? defaults.Listen,
                    MetricsListen = Value(metrics),
                    TlsCertificate = Value(certificate),
                    TlsKey = Value(key),
                    ClientAuthority = Value(authority),
                    TokenFile = Value(token),
                    Environment = Value(environment),
                    HostName = Value(host) ?? defaults.HostName,
                    PauseBudget = Milliseconds(budget, Value(budget), defaults.PauseBudget),
                    Capture = defaults.Capture with
                    {
                        PauseMax = Milliseconds(pause, Value(pause), defaults.Capture.PauseMax),
                        OutputBytesMax = Bytes(bytes, Value(bytes), defaults.Capture.OutputBytesMax),
                    },
                    IsInsecure = parsed.GetValue(insecure) || variable(VariableOf(insecure.Name)) is "1" or "true",
                },
                stop);
        });
        return command;
    }

    private static Option<string?> Text(string name, string description) => new(name) { Description = description };

    private static string VariableOf(string option) =>
        VariablePrefix + option[2..].Replace('-', '_').ToUpperInvariant();

    private static TimeSpan Milliseconds(Option<string?> option, string? text, TimeSpan otherwise)
    {
        const double most = 60_000;
        if (text is null)
            return otherwise;
        return double.TryParse(text, CultureInfo.InvariantCulture, out double value) && value is > 0 and <= most
            ? TimeSpan.FromMilliseconds(value)
            : throw new AgentStartException($"{option.Name} '{text}' is no number of milliseconds up to {most}");
    }

    private static long Bytes(Option<string?> option, string? text, long otherwise)
    {
        const long least = 1 << 20;
        if (text is null)
            return otherwise;
        return long.TryParse(text, CultureInfo.InvariantCulture, out long value) && value is >= least and <= 4L << 30
            ? value
            : throw new AgentStartException($"{option.Name} '{text}' is no number of bytes from {least} to 4 GiB");
    }
}
