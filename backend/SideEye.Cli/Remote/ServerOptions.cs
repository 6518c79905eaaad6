using System.CommandLine;

namespace SideEye.Cli.Remote;

/// <summary>The options by which commands find a control plane, in place of this host's own processes.</summary>
internal sealed class ServerOptions
{
    private readonly Option<string?> server = new("--server", "-s")
    {
        Description = "Ask this control plane (sideeye serve) rather than this host; also $SIDEEYE_SERVER where a "
            + "command needs one.",
        HelpName = "URL",
    };

    private readonly Option<string?> tokenFile = new("--token-file")
    {
        Description = "File with the token for the control plane; also $SIDEEYE_TOKEN_FILE.", HelpName = "FILE",
    };

    private readonly Option<string?> authority = new("--ca")
    {
        Description = "PEM file of the authorities that the control plane's certificate must be of; also $SIDEEYE_CA.",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(server);
        command.Options.Add(tokenFile);
        command.Options.Add(authority);
    }

    /// <summary>The control plane that was named; null when none was.</summary>
    /// <exception cref="CommandFailedException">It cannot be asked as it was named.</exception>
    public ControlPlaneClient? Open(ParseResult parsed) =>
        parsed.GetValue(server) is string url ? Open(url, parsed) : null;

    /// <summary>The control plane that was named here or in the environment.</summary>
    /// <exception cref="CommandFailedException">None was, or it cannot be asked as it was named.</exception>
    public ControlPlaneClient Require(ParseResult parsed)
    {
        string? url = parsed.GetValue(server) ?? Environment.GetEnvironmentVariable("SIDEEYE_SERVER");
        return string.IsNullOrEmpty(url)
            ? throw new CommandFailedException(
                "which control plane? give --server URL, or set SIDEEYE_SERVER", ExitCode.WrongUsage)
            : Open(url, parsed);
    }

    private ControlPlaneClient Open(string url, ParseResult parsed) => ControlPlaneClient.Open(
        url, parsed.GetValue(tokenFile) ?? Environment.GetEnvironmentVariable("SIDEEYE_TOKEN_FILE"),
        parsed.GetValue(authority) ?? Environment.GetEnvironmentVariable("SIDEEYE_CA"));
}
