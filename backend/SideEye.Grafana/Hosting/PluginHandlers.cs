using SideEye.Grafana.Calls;

namespace SideEye.Grafana.Hosting;

/// <summary>What a plugin does. What is null is answered as not implemented.</summary>
public sealed record PluginHandlers
{
    /// <summary>Answers queries.</summary>
    public IQueryHandler? Queries { get; init; }

    /// <summary>Says whether a data source works.</summary>
    public IHealthHandler? Health { get; init; }

    /// <summary>Answers requests of the plugin's own pages.</summary>
    public IResourceHandler? Resources { get; init; }

    /// <summary>Feeds live channels.</summary>
    public IStreamHandler? Streams { get; init; }

    /// <summary>Says how the plugin itself is doing.</summary>
    public IMetricsHandler? Metrics { get; init; }
}
