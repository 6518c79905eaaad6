using System.Text.Json.Nodes;

namespace SideEye.Grafana.Calls;

/// <summary>Whether a data source works.</summary>
/// <param name="IsOk">Whether all is well.</param>
/// <param name="Message">What is wrong and what to do, or what there is.</param>
/// <param name="Details">More of it, an object; null for none.</param>
public sealed record HealthAnswer(bool IsOk, string Message, JsonObject? Details = null);

/// <summary>Says whether a data source works.</summary>
public interface IHealthHandler
{
    /// <summary>Checks a data source; what is wrong is the answer and no exception.</summary>
    Task<HealthAnswer> CheckAsync(PluginCall call, CancellationToken stop);
}

/// <summary>Says how the plugin itself is doing.</summary>
public interface IMetricsHandler
{
    /// <summary>All metrics, in Prometheus' text format.</summary>
    string Collect();
}
