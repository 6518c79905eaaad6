using System.Text.Json;
using System.Text.Json.Serialization;

namespace SideEye.Plugin.Queries;

/// <summary>
/// Names as an array, as one text, or as the text {a,b} into which Grafana puts the values of a variable unless it is
/// told otherwise.
/// </summary>
internal sealed class NamesConverter : JsonConverter<IReadOnlyList<string>>
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        List<string> names = [];
        if (reader.TokenType == JsonTokenType.String)
        {
            Add(names, reader.GetString()!);
            return names;
        }
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("names must be texts in an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException("names must be texts in an array");
            Add(names, reader.GetString()!);
        }
        return names;
    }

    /// <inheritdoc/>
    public override void Write(
        Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (string name in value)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    private static void Add(List<string> names, string text)
    {
        if (text.Length > 2 && text[0] == '{' && text[^1] == '}')
            names.AddRange(text[1..^1].Split(','));
        else
            names.Add(text);
    }
}
