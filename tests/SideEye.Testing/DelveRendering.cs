using System.Text.Json.Nodes;

namespace SideEye.Testing;

/// <summary>
/// Writes what Delve sees as the test program `values` writes what it knows, without special treatment of any type:
/// tests/targets/values/describe.go says how.
/// </summary>
public static class DelveRendering
{
    /// <summary>Stands for what Delve has not loaded, or cannot read.</summary>
    public const string Unloaded = "[unloaded]";

    // reflect.Kind.
    private const int Invalid = 0;
    private const int Bool = 1;
    private const int Uintptr = 12;
    private const int Complex64 = 15;
    private const int Complex128 = 16;
    private const int Array = 17;
    private const int Chan = 18;
    private const int Func = 19;
    private const int Interface = 20;
    private const int Map = 21;
    private const int Pointer = 22;
    private const int Slice = 23;
    private const int String = 24;
    private const int Struct = 25;
    private const int UnsafePointer = 26;

    /// <summary>The document of a variable.</summary>
    public static JsonNode? ToJson(DelveVariable variable)
    {
        if (!variable.IsReadable || variable.IsUnloaded)
        {
            return Unloaded;
        }

        var children = variable.Children ?? [];
        return variable.Kind switch
        {
            Invalid => null,
            Bool => variable.Value == "true",
            Complex64 or Complex128 => new JsonArray([.. children.Select(ToJson)]),
            Slice when variable.Base == 0 => null,
            Array or Slice => Elements(variable, children),
            Chan => Channel(children),
            Func => variable.Value.Length == 0 ? null : WithoutTypeArguments(variable.Value),
            Interface => children.Count == 0 || children[0].Kind == Invalid ? null : ToJson(children[0]),
            Map => Mapping(variable, children),
            Pointer => Followed(children),
            String => variable.Value.Length == 0 && variable.Length > 0 ? Unloaded : variable.Value,
            Struct => Fields(variable, children),
            UnsafePointer => children.Count == 0 || children[0].Address == 0 ? null : "[address]",
            _ => Number(variable.Value),
        };
    }

    /// <summary>A name with its type arguments as "[...]", as the runtime says it.</summary>
    public static string WithoutTypeArguments(string name)
    {
        var open = name.IndexOf('[', StringComparison.Ordinal);
        var shut = name.LastIndexOf(']');
        return open < 0 || shut < open ? name : $"{name[..open]}[...]{name[(shut + 1)..]}";
    }

    private static JsonNode? Followed(IReadOnlyList<DelveVariable> children)
    {
        if (children.Count == 0)
        {
            return Unloaded;
        }

        return children[0].Address == 0 ? null : ToJson(children[0]);
    }

    private static JsonNode Elements(DelveVariable variable, IReadOnlyList<DelveVariable> children) =>
        children.Count < variable.Length ? Unloaded : new JsonArray([.. children.Select(ToJson)]);

    private static JsonNode Fields(DelveVariable variable, IReadOnlyList<DelveVariable> children)
    {
        if (children.Count < variable.Length)
        {
            return Unloaded;
        }

        var document = new JsonObject();
        foreach (var field in children.Where(field => field.Name != "_"))
        {
            document[field.Name] = ToJson(field);
        }

        return document;
    }

    // Delve shows the runtime's hchan.
    private static JsonObject? Channel(IReadOnlyList<DelveVariable> children)
    {
        if (children.Count == 0)
        {
            return null;
        }

        JsonNode? Field(string name) =>
            children.FirstOrDefault(field => field.Name == name) is { } field ? ToJson(field) : Unloaded;

        return new JsonObject
        {
            ["len"] = Field("qcount"),
            ["cap"] = Field("dataqsiz"),
            ["closed"] = Field("closed")!.ToJsonString() != "0",
        };
    }

    private static JsonNode? Mapping(DelveVariable variable, IReadOnlyList<DelveVariable> children)
    {
        if (variable.Base == 0)
        {
            return null;
        }

        if (children.Count < 2 * variable.Length)
        {
            return Unloaded;
        }

        var pairs = Enumerable.Range(0, children.Count / 2)
            .Select(i => (Key: children[2 * i], Value: children[(2 * i) + 1])).ToList();
        if (pairs.All(pair => IsName(pair.Key.Kind)))
        {
            return new JsonObject(pairs.Select(
                pair => KeyValuePair.Create(BehindRemark(pair.Key.Value), ToJson(pair.Value))));
        }

        return new JsonArray([.. pairs.Select(pair => new JsonObject
        {
            ["key"] = ToJson(pair.Key),
            ["value"] = ToJson(pair.Value),
        })]);
    }

    // Bools, integers and strings.
    private static bool IsName(int kind) => kind is >= Bool and <= Uintptr or String;

    // JSON has no such numbers.
    private static JsonNode Number(string text) => text is "NaN" or "+Inf" or "-Inf"
        ? text
        : JsonNode.Parse(BehindRemark(text))!;

    // Values with a constant's name: "March (3)".
    private static string BehindRemark(string text)
    {
        var open = text.LastIndexOf('(');
        return open >= 0 && text.EndsWith(')') ? text[(open + 1)..^1] : text;
    }
}
