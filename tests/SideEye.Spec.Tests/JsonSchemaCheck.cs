using System.Text.Json;
using System.Text.RegularExpressions;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Tests;

/// <summary>Validates YAML against the part of JSON Schema (draft 7) that our schema uses; throws at what it does not
/// know.</summary>
internal sealed class JsonSchemaCheck(JsonElement root)
{
    private static readonly string[] Annotations = ["$schema", "title", "description", "examples", "definitions"];

    public bool IsValid(SpecNode node) => IsValid(node, root);

    private bool IsValid(SpecNode node, JsonElement schema) =>
        schema.EnumerateObject().All(rule => Annotations.Contains(rule.Name) || Holds(node, rule, schema));

    private bool Holds(SpecNode node, JsonProperty rule, JsonElement schema)
    {
        JsonElement value = rule.Value;
        string? text = (node as ScalarNode)?.Text;
        return rule.Name switch
        {
            "$ref" => IsValid(node, root.GetProperty("definitions").GetProperty(value.GetString()!.Split('/')[^1])),
            "type" => TypeOf(node) == value.GetString(),
            "oneOf" => value.EnumerateArray().Count(each => IsValid(node, each)) == 1,
            "anyOf" => value.EnumerateArray().Any(each => IsValid(node, each)),
            "enum" => value.EnumerateArray().Any(each => each.ToString() == text),
            "minLength" => text is null || text.Length >= value.GetInt32(),
            "maxLength" => text is null || text.Length <= value.GetInt32(),
            "pattern" => text is null || Regex.IsMatch(text, value.GetString()!),
            "minimum" => !double.TryParse(text, out double least) || least >= value.GetDouble(),
            "maximum" => !double.TryParse(text, out double most) || most <= value.GetDouble(),
            "items" => node is not ListNode list || list.Items.All(each => IsValid(each, value)),
            "minItems" => node is not ListNode counted || counted.Items.Count >= value.GetInt32(),
            "required" => node is not MapNode whole || value.EnumerateArray().All(
                key => whole.Entries.Any(entry => entry.Key.Text == key.GetString())),
            "properties" => node is not MapNode map || map.Entries.All(
                entry => !value.TryGetProperty(entry.Key.Text, out JsonElement of) || IsValid(entry.Value, of)),
            "additionalProperties" => node is not MapNode open || open.Entries.All(
                entry => IsKnown(entry.Key.Text, schema)
                    || (value.ValueKind == JsonValueKind.Object && IsValid(entry.Value, value))),
            _ => throw new NotSupportedException(rule.Name),
        };
    }

    private static bool IsKnown(string key, JsonElement schema) =>
        schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(key, out _);

    private static string TypeOf(SpecNode node) => node switch
    {
        MapNode => "object",
        ListNode => "array",
        ScalarNode { Resolved: ScalarKind.Bool } => "boolean",
        ScalarNode { Resolved: ScalarKind.Integer } => "integer",
        ScalarNode { Resolved: ScalarKind.Float } => "number",
        ScalarNode { Resolved: ScalarKind.Null } => "null",
        _ => "string",
    };
}
