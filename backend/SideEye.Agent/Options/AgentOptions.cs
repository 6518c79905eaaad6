using SideEye.Capture;
using SideEye.Host;

namespace SideEye.Agent.Options;

/// <summary>How the agent was started.</summary>
public sealed record AgentOptions
{
    /// <summary>Address and port to listen on.</summary>
    public string Listen { get; init; } = "127.0.0.1:7461";

    /// <summary>Address and port for metrics over plain HTTP; null for none.</summary>
    public string? MetricsListen { get; init; }

    /// <summary>PEM file with our certificate and its chain; null for no TLS.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM file with the key of <see cref="TlsCertificate"/>.</summary>
    public string? TlsKey { get; init; }

    /// <summary>PEM file with the authorities whose certificates callers must have; null when they need none.</summary>
    public string? ClientAuthority { get; init; }

    /// <summary>File with the token that callers must send; null when they need none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>True to serve anybody who can connect, unencrypted, also from other hosts.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>Longest sum of pauses of a process in <see cref="PauseWindow"/>.</summary>
    public TimeSpan PauseBudget { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What <see cref="PauseBudget"/> is counted over.</summary>
    public TimeSpan PauseWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Limits of one snapshot; what callers ask for can only be less.</summary>
    public CaptureLimits Capture { get; init; } = CaptureLimits.Default;

    /// <summary>What reads memory, unless the caller chooses.</summary>
    public ReaderChoice Reader { get; init; } = ReaderChoice.Automatic;

    /// <summary>Label that every process gets for which no rule says otherwise; null for none.</summary>
    public string? Environment { get; init; }

    /// <summary>Name of this host in everything that the agent says.</summary>
    public string HostName { get; init; } = System.Environment.MachineName;

    /// <summary>How often /proc is looked at.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>False to keep no clocks of goroutines: how long each has waited, when it was created.</summary>
    public bool KeepsClocks { get; init; } = true;

    /// <summary>What is taken from callers.</summary>
    public AgentLimits Limits { get; init; } = AgentLimits.Default;
}
