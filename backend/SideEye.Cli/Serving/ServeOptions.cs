using System.CommandLine;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Serving;

namespace SideEye.Cli.Serving;

/// <summary>The options of <c>sideeye serve</c>. What is not given is taken from SIDEEYE_SERVE_* variables.</summary>
/// <param name="variable">Reads a variable of the environment.</param>
internal sealed class ServeOptions(Func<string, string?> variable)
{
    private const string VariablePrefix = "SIDEEYE_SERVE_";
    private const string DefaultAgent = "127.0.0.1:7461";

    private readonly Option<string?> listen = One("--listen", "ADDRESS:PORT", "Where to listen; default: "
        + "127.0.0.1:7463.");

    private readonly Option<string?> folder = One("--data", "DIR", "Folder of catalog and snapshots; default: "
        + "/var/lib/sideeye for root, else ~/.local/state/sideeye.");

    private readonly Option<string[]> agents = Many("--agent", "HOST:PORT", $"An agent; default: {DefaultAgent}.");

    private readonly Option<string[]> names = Many("--agent-dns", "NAME:PORT", "Every address of this "
        + "name is an agent.");

    private readonly Option<string[]> lists = Many("--agent-file", "FILE", "List of agents in Prometheus's file_sd "
        + "format; read again when it changes.");

    private readonly Option<string?> agentToken = One("--agent-token-file", "FILE", "The token that agents want.");

    private readonly Option<string?> agentAuthority = One("--agent-ca", "FILE", "Authorities of agents' certificates.");

    private readonly Option<string?> agentCertificate = One("--agent-cert", "FILE", "Our certificate for agents.");

    private readonly Option<string?> agentKey = One("--agent-key", "FILE", "The key of --agent-cert.");

    private readonly Option<string?> agentName = One("--agent-server-name", "NAME", "The name in agents' "
        + "certificates.");

    private readonly Option<bool> agentPlaintext = Flag("--agent-plaintext", "Talk to agents of other hosts without "
        + "TLS.");

    private readonly Option<string?> tokens = One("--token-file", "FILE", "Lines ROLE NAME TOKEN: who may come in; "
        + "roles are viewer, editor, admin, grafana.");

    private readonly Option<string?> certificate = One("--tls-cert", "FILE", "Our certificate and its chain.");

    private readonly Option<string?> key = One("--tls-key", "FILE", "The key of --tls-cert.");

    private readonly Option<string?> authority = One("--client-ca", "FILE", "Callers need a certificate of these "
        + "authorities.");

    private readonly Option<string?> clientRole = One("--client-role", "ROLE", "Role of those who show a certificate "
        + "and no token: viewer, editor or admin; default: viewer.");

    private readonly Option<bool> insecure = Flag("--insecure", "Serve anybody who can connect, unencrypted, also from "
        + "other hosts.");

    private readonly Option<string[]> specs = Many("--spec", "FILE|DIR", "Spec files that are in force; read again "
        + "when they change.");

    private readonly Option<string?> keepAge = One("--keep-age", "7d", "How long snapshots are kept.");

    private readonly Option<string?> keepCount = One("--keep-count", "N", "How many snapshots are kept.");

    private readonly Option<string?> keepSize = One("--keep-size", "10GiB", "Bytes of snapshots that are kept.");

    private readonly Option<string?> maxAge = One("--max-age", "10s", "How old a snapshot may be for a query that does "
        + "not say.");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            listen, folder, agents, names, lists, agentToken, agentAuthority, agentCertificate, agentKey, agentName,
            agentPlaintext, tokens, certificate, key, authority, clientRole, insecure, specs, keepAge, keepCount,
            keepSize, maxAge,
        ];
        foreach (Option option in all)
            command.Options.Add(option);
    }

    /// <summary>What was given.</summary>
    /// <exception cref="CommandFailedException">Something of it is wrong.</exception>
    public ControlPlaneOptions Read(ParseResult parsed)
    {
        string? Text(Option<string?> option) => parsed.GetValue(option) ?? Variable(option.Name);
        string[] Texts(Option<string[]> option) => parsed.GetValue(option) is { Length: > 0 } given
            ? given : Variable(option.Name)?.Split(',', StringSplitOptions.TrimEntries
                | StringSplitOptions.RemoveEmptyEntries) ?? [];
        bool Is(Option<bool> option) => parsed.GetValue(option) || Variable(option.Name) is "1" or "true";
        FleetOptions fleet = new()
        {
            Addresses = Texts(agents), DnsNames = Texts(names), Files = Texts(lists), TokenFile = Text(agentToken),
            AuthorityFile = Text(agentAuthority), CertificateFile = Text(agentCertificate), KeyFile = Text(agentKey),
            ServerName = Text(agentName), IsPlaintext = Is(agentPlaintext),
        };
        return new ControlPlaneOptions
        {
            Listen = Text(listen) ?? "127.0.0.1:7463",
            DataFolder = Text(folder) ?? DefaultFolder(),
            Fleet = fleet.Addresses.Count + fleet.DnsNames.Count + fleet.Files.Count > 0
                ? fleet : fleet with { Addresses = [DefaultAgent] },
            TokenFile = Text(tokens),
            TlsCertificate = Text(certificate),
            TlsKey = Text(key),
            ClientAuthority = Text(authority),
            ClientRole = RoleOf(Text(clientRole)),
            IsInsecure = Is(insecure),
            SpecPaths = Texts(specs),
            KeepAge = ServeNumbers.Span(keepAge.Name, Text(keepAge)),
            KeepCount = ServeNumbers.Count(keepCount.Name, Text(keepCount)),
            KeepBytes = ServeNumbers.Size(keepSize.Name, Text(keepSize)),
            MaxAge = ServeNumbers.Span(maxAge.Name, Text(maxAge)),
            QueryProgram = OwnPath(),
        };
    }

    /// <summary>This program's own file; none where there is only its assembly.</summary>
    private static string? OwnPath() =>
        Path.Combine(AppContext.BaseDirectory, "sideeye") is string path && File.Exists(path) ? path : null;

    private string? Variable(string option) =>
        variable(VariablePrefix + option[2..].Replace('-', '_').ToUpperInvariant()) is { Length: > 0 } value
            ? value : null;

    private string DefaultFolder()
    {
        if (Environment.IsPrivilegedProcess)
            return "/var/lib/sideeye";
        string state = variable("XDG_STATE_HOME") is { Length: > 0 } set ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "sideeye");
    }

    private Role RoleOf(string? text) => text switch
    {
        null or "viewer" => Role.Viewer,
        "editor" => Role.Editor,
        "admin" => Role.Admin,
        _ => throw new CommandFailedException(
            $"{clientRole.Name} '{text}' is not viewer, editor or admin", ExitCode.WrongUsage),
    };

    private static Option<string?> One(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };

    private static Option<string[]> Many(string name, string help, string description) => new(name)
    {
        Description = description + " Repeat it for several.", HelpName = help, AllowMultipleArgumentsPerToken = true,
    };

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };
}
