using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SideEye.Plugin.Tests;

/// <summary>Requests as Grafana makes them, in the JSON form of their messages.</summary>
internal static class Requests
{
    internal const string From = "1700000000000";
    internal const string To = "1700003600000";

    internal static JsonObject Context(string url, string? role = "Viewer", JsonObject? settings = null,
        long updated = 1, params (string Key, string Value)[] secrets)
    {
        JsonObject json = settings ?? [];
        json["url"] = url;
        JsonObject context = new()
        {
            ["orgId"] = "1",
            ["pluginId"] = "sideeye-sideeye-datasource",
            ["dataSourceInstanceSettings"] = new JsonObject
            {
                ["uid"] = "eye", ["name"] = "Side-Eye", ["jsonData"] = Base64(json.ToJsonString()),
                ["lastUpdatedMS"] = $"{updated}",
                ["decryptedSecureJsonData"] = new JsonArray([
                    new JsonObject { ["key"] = "token", ["value"] = "secret" },
                    .. secrets.Select(each => (JsonNode)new JsonObject { ["key"] = each.Key, ["value"] = each.Value }),
                ]),
            },
        };
        if (role is not null)
            context["user"] = new JsonObject { ["login"] = "ann", ["name"] = "Ann", ["role"] = role };
        return context;
    }

    internal static JsonObject Query(JsonObject context, params (string RefId, string Json)[] queries) => new()
    {
        ["pluginContext"] = context,
        ["queries"] = new JsonArray([.. queries.Select(query => (JsonNode)new JsonObject
        {
            ["refId"] = query.RefId, ["json"] = Base64(query.Json), ["intervalMS"] = "1000", ["maxDataPoints"] = "500",
            ["timeRange"] = new JsonObject { ["fromEpochMS"] = From, ["toEpochMS"] = To },
        })]),
    };

    internal static JsonObject WithHeaders(this JsonObject request, params (string Name, string Value)[] headers)
    {
        request["headers"] = new JsonArray([.. headers.Select(header =>
            (JsonNode)new JsonObject { ["key"] = header.Name, ["value"] = header.Value })]);
        return request;
    }

    internal static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    internal static string Text(JsonElement message, string property) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(message.GetProperty(property).GetString()!));

    /// <summary>The answer to one query.</summary>
    internal static JsonElement ResponseOf(JsonElement answer, string refId) => answer.GetProperty("responses")[0]
        .GetProperty("responses").EnumerateArray()
        .Single(entry => entry.GetProperty("key").GetString() == refId).GetProperty("value");

    /// <summary>The frames of one query.</summary>
    internal static JsonElement[] FramesOf(JsonElement answer, string refId) =>
        [.. answer.GetProperty("frames").EnumerateArray().Where(
            frame => frame.GetProperty("refId").GetString() == refId)];

    internal static JsonElement FieldOf(JsonElement frame, string name) => frame.GetProperty("fields").EnumerateArray()
        .Single(field => field.GetProperty("name").GetString() == name);

    internal static string?[] ValuesOf(JsonElement frame, string name) =>
        [.. FieldOf(frame, name).GetProperty("values").EnumerateArray().Select(value => value.GetString())];

    internal static JsonElement MetaOf(JsonElement frame) =>
        JsonDocument.Parse(frame.GetProperty("metadata").GetProperty("meta").GetString()!).RootElement;

    internal static JsonElement ConfigOf(JsonElement field) =>
        JsonDocument.Parse(field.GetProperty("metadata").GetProperty("config").GetString()!).RootElement;
}
