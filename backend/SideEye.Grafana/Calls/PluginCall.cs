namespace SideEye.Grafana.Calls;

/// <summary>Who asks, for which data source.</summary>
public sealed record PluginCall
{
    /// <summary>The organisation.</summary>
    public long OrgId { get; init; }

    /// <summary>The plugin that Grafana takes us for.</summary>
    public string PluginId { get; init; } = "";

    /// <summary>The person; null where Grafana itself asks, as for alert rules.</summary>
    public GrafanaUser? User { get; init; }

    /// <summary>The data source; null where the call is about the plugin as a whole.</summary>
    public DataSourceSettings? DataSource { get; init; }

    /// <summary>What came with the call.</summary>
    public CallHeaders Headers { get; init; } = CallHeaders.None;

    /// <summary>Grafana's version, as Grafana/12.1.0 (linux; amd64); empty for old ones.</summary>
    public string UserAgent { get; init; } = "";
}

/// <summary>A person who is signed in to Grafana.</summary>
/// <param name="Login">How they sign in.</param>
/// <param name="Name">Their name.</param>
/// <param name="Role">Viewer, Editor or Admin.</param>
public sealed record GrafanaUser(string Login, string Name, string Role)
{
    /// <summary>Whether they may change things that are not the organisation's.</summary>
    public bool IsEditor => Role is "Editor" or "Admin";

    /// <summary>Whether they may change everything.</summary>
    public bool IsAdmin => Role is "Admin";
}

/// <summary>A data source as somebody configured it.</summary>
public sealed record DataSourceSettings
{
    /// <summary>Its identity within the organisation.</summary>
    public required string Uid { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where it is.</summary>
    public string Url { get; init; } = "";

    /// <summary>The plugin's own settings, a JSON object.</summary>
    public ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>The plugin's own secrets, in plain text.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>When it was changed last, in milliseconds since 1970.</summary>
    public long LastUpdatedMs { get; init; }
}
