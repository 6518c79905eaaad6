namespace SideEye.ControlPlane.Agents;

/// <summary>Where agents are and how to talk to them.</summary>
public sealed record FleetOptions
{
    /// <summary>Addresses <c>host:port</c>.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>DNS names with a port: every address of such a name is an agent, as those of a headless service are.
    /// </summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>Files in Prometheus's file_sd format, JSON or YAML.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>File with the token that agents want; null for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>PEM file of the authorities that agents' certificates must be of; null for those of the system.
    /// </summary>
    public string? AuthorityFile { get; init; }

    /// <summary>PEM file of our certificate, for agents that want one; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Name that agents' certificates must have; null for the address that is dialled.</summary>
    public string? ServerName { get; init; }

    /// <summary>Talks to agents without TLS, also to those of other hosts. Those on loopback are talked to so when
    /// nothing of TLS is configured.</summary>
    public bool IsPlaintext { get; init; }

    /// <summary>Whether anything of TLS is configured.</summary>
    public bool HasTls => AuthorityFile is not null || CertificateFile is not null || ServerName is not null;

    /// <summary>What agents may take.</summary>
    public FleetLimits Limits { get; init; } = FleetLimits.Default;
}

/// <summary>What agents and lists of them may take.</summary>
public sealed record FleetLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static FleetLimits Default { get; } = new();

    /// <summary>How often lists of agents are looked at.</summary>
    public TimeSpan ListsEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often names are resolved.</summary>
    public TimeSpan NamesEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an agent is asked how it is.</summary>
    public TimeSpan StatusEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long it may take to say.</summary>
    public TimeSpan StatusMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>First rest after a failure; each is twice the one before.</summary>
    public TimeSpan RestMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest rest after failures.</summary>
    public TimeSpan RestMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Agents.</summary>
    public int AgentsMax { get; init; } = 1000;

    /// <summary>Bytes of a list of agents.</summary>
    public long ListBytesMax { get; init; } = 1 << 20;

    /// <summary>Processes that an agent may tell of.</summary>
    public int ProcessesMax { get; init; } = 10_000;
}
