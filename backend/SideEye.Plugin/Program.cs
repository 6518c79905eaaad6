using SideEye.Grafana.Hosting;
using SideEye.Plugin;
using SideEye.Plugin.Queries;
using SideEye.Plugin.Resources;
using SideEye.Plugin.Streams;

CLibrary.Configure();
PluginLimits limits = PluginLimits.Default;
using Sources sources = new(limits);
Counters counters = new(TimeProvider.System);
return await PluginHost.RunAsync("gpx_sideeye", Handlers, HostLimits.Default);

PluginHandlers Handlers(ILoggerFactory loggers)
{
    QueryHandler queries = new(sources, counters, limits);
    return new PluginHandlers
    {
        Queries = queries,
        Health = new HealthHandler(sources, limits),
        Resources = new ResourceHandler(sources, limits, loggers.CreateLogger<ResourceHandler>()),
        Streams = new StreamHandler(
            sources, queries, limits, TimeProvider.System, loggers.CreateLogger<StreamHandler>()),
        Metrics = counters,
    };
}
