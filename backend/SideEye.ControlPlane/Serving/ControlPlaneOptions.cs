using SideEye.ControlPlane.Agents;

namespace SideEye.ControlPlane.Serving;

/// <summary>How the control plane was started.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>Address and port to listen on.</summary>
    public string Listen { get; init; } = "127.0.0.1:7463";

    /// <summary>Folder of catalog and snapshots.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where agents are and how to talk to them.</summary>
    public required FleetOptions Fleet { get; init; }

    /// <summary>File with the tokens of callers; null for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>PEM file with our certificate and its chain; null for no TLS.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM file with the key of <see cref="TlsCertificate"/>.</summary>
    public string? TlsKey { get; init; }

    /// <summary>PEM file with the authorities of which callers must have a certificate; null when they need none.
    /// </summary>
    public string? ClientAuthority { get; init; }

    /// <summary>Role of those who show a certificate and no token.</summary>
    public Role ClientRole { get; init; } = Role.Viewer;

    /// <summary>True to serve anybody who can connect, unencrypted, also from other hosts.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>Spec files, and folders of them, that are in force besides what the catalog has.</summary>
    public IReadOnlyList<string> SpecPaths { get; init; } = [];

    /// <summary>How long snapshots are kept; null for the default.</summary>
    public TimeSpan? KeepAge { get; init; }

    /// <summary>How many snapshots are kept; null for the default.</summary>
    public int? KeepCount { get; init; }

    /// <summary>Bytes of snapshots that are kept; null for the default.</summary>
    public long? KeepBytes { get; init; }

    /// <summary>How old a snapshot may be for a query that does not say; null for the default.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Path of <c>sideeye</c>, which runs queries in processes of their own; null to run them in this one,
    /// where none that cannot be interrupted can be ended.</summary>
    public string? QueryProgram { get; init; }

    /// <summary>What is taken from callers.</summary>
    public ServingLimits Limits { get; init; } = ServingLimits.Default;
}
