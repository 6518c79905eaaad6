using SideEye.Grafana.Calls;
using SideEye.Plugin.Settings;

namespace SideEye.Plugin;

/// <summary>The connections of all configured data sources.</summary>
internal sealed class Sources(PluginLimits limits) : IDisposable
{
    private readonly InstanceCache<ControlPlaneLink> links =
        new(source => new ControlPlaneLink(SourceSettings.Read(source, limits)));

    /// <summary>The connection that a call is about.</summary>
    /// <exception cref="QueryException">The settings are not usable.</exception>
    internal InstanceCache<ControlPlaneLink>.Lease Take(PluginCall call) => links.Take(
        call.OrgId, call.DataSource ?? throw new QueryException("Grafana did not say which data source is meant."));

    /// <inheritdoc/>
    public void Dispose() => links.Dispose();
}
