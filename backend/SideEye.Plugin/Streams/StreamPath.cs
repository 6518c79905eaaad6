using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SideEye.Grafana.Calls;

namespace SideEye.Plugin.Streams;

/// <summary>The names of live channels: snapshots/ and the query, as base64url of its JSON.</summary>
internal static class StreamPath
{
    /// <summary>Characters of a whole channel's name, as Grafana takes them.</summary>
    internal const int CharactersMax = 160;

    private const string Prefix = "snapshots/";

    // An object with one name twice would throw later, where nobody expects it.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // What Grafana adds to a query, and what means nothing to a stream.
    private static readonly string[] Unneeded =
        ["refId", "datasource", "datasourceId", "intervalMs", "maxDataPoints", "hide", "key", "queryType", "live",
            "queryCachingTTL", "snapshot", "waitMax"];

    /// <summary>The channel of a query; null where its name would be too long.</summary>
    internal static string? ChannelOf(string sourceUid, ReadOnlyMemory<byte> json)
    {
        if (Compact(json) is not byte[] compact)
            return null;
        string channel = $"ds/{sourceUid}/{Prefix}{Base64Url.EncodeToString(compact)}";
        return channel.Length <= CharactersMax ? channel : null;
    }

    /// <summary>
    /// The query of a channel: what the browser sent along, or else what its name says. Null where the channel is none
    /// of ours.
    /// </summary>
    internal static ReadOnlyMemory<byte>? QueryOf(StreamRequest request)
    {
        if (!request.Path.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        if (HasQuery(request.Json))
            return request.Json;
        try
        {
            byte[] json = Base64Url.DecodeFromChars(request.Path.AsSpan(Prefix.Length));
            return HasQuery(json) ? json : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static bool HasQuery(ReadOnlyMemory<byte> json) => Compact(json) is { Length: > 2 };

    /// <summary>The query without what a stream has no use for; null where it is no object.</summary>
    private static byte[]? Compact(ReadOnlyMemory<byte> json)
    {
        try
        {
            if (json.IsEmpty || JsonNode.Parse(json.Span, documentOptions: Strict) is not JsonObject query)
                return null;
            foreach (string name in Unneeded)
                query.Remove(name);
            return System.Text.Encoding.UTF8.GetBytes(query.ToJsonString());
        }
        // The second is said of texts that are no Unicode, and not before they are looked at.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
