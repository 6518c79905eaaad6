using Google.Protobuf;
using SideEye.Grafana.Calls;
using SideEye.Grafana.Wire;

namespace SideEye.Grafana.Endpoints;

/// <summary>Who asks for what, out of the messages of the wire.</summary>
internal static class CallReader
{
    internal static PluginCall Call(PluginContext? context, IEnumerable<KeyValuePair<string, string>>? headers = null)
    {
        CallHeaders read = headers is null ? CallHeaders.None : new CallHeaders(headers);
        if (context is null)
            return new PluginCall { Headers = read };
        return new PluginCall
        {
            OrgId = context.OrgId,
            PluginId = context.PluginId,
            User = context.User is { } user ? new GrafanaUser(user.Login, user.Name, user.Role) : null,
            DataSource = context.DataSourceInstanceSettings is { } source ? DataSource(source) : null,
            Headers = read,
            UserAgent = context.UserAgent,
        };
    }

    internal static PanelQuery Query(DataQuery query) => new()
    {
        RefId = query.RefId,
        Json = query.Json.Memory,
        From = Instant(query.TimeRange?.FromEpochMS ?? 0),
        To = Instant(query.TimeRange?.ToEpochMS ?? 0),
        Interval = TimeSpan.FromMilliseconds(Math.Clamp(query.IntervalMS, 0, (long)int.MaxValue * 1000)),
        MaxDataPoints = Math.Max(query.MaxDataPoints, 0),
    };

    internal static ResourceRequest Resource(CallResourceRequest request)
    {
        int query = request.Url.IndexOf('?', StringComparison.Ordinal);
        return new ResourceRequest
        {
            Path = request.Path,
            Method = request.Method.Length == 0 ? "GET" : request.Method,
            Query = query < 0 ? "" : request.Url[query..],
            Headers = Headers(request),
            Body = request.Body.Memory,
        };
    }

    internal static CallHeaders Headers(CallResourceRequest request) => new(request.Headers
        .Where(header => header.Value.Values.Count > 0)
        .Select(header => KeyValuePair.Create(header.Key, header.Value.Values[0])));

    internal static StreamRequest Stream(string path, ByteString json) => new(path, json.Memory);

    private static DataSourceSettings DataSource(DataSourceInstanceSettings source) => new()
    {
        Uid = source.Uid,
        Name = source.Name,
        Url = source.Url,
        Json = source.JsonData.Memory,
        Secrets = new Dictionary<string, string>(source.DecryptedSecureJsonData),
        LastUpdatedMs = source.LastUpdatedMS,
    };

    private static DateTimeOffset Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(
        milliseconds,
        DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
