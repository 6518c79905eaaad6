using System.Text.Json;
using System.Text.Json.Nodes;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// <c>[*]</c> and <c>.{a, b}</c> give exactly what is in the whole value, of which the oracle says that it is right, by
/// both readers and with both kinds of maps.
/// </summary>
public sealed class What_expressions_select : IDisposable
{
    private const string Spec = """
        version: 1
        functions:
          - function: main.mapsOfMore
            table: more
            capture:
              - toStruct
              - { expr: 'toStruct[*]', as: struct_each }
              - { expr: 'toStruct[*].{x, second: y}', as: struct_parts }
              - toBulky
              - { expr: 'toBulky[*]', as: bulky_each }
              - toSlice
              - { expr: 'toSlice[*][*]', as: slice_each }
              - { expr: 'len(toSlice[*])', as: slice_lengths }
              - toPointer
              - { expr: 'toPointer[*].y', as: pointer_y, depth: 0 }
              - { expr: 'toAny[*].(int)', as: any_numbers, optional: true }
          - function: main.mapsByKey
            table: keys
            capture:
              - byStruct
              - { expr: 'byStruct[*]', as: struct_each }
              - byLong
              - { expr: 'byLong[*]', as: long_each }
          - function: main.structs
            table: structs
            capture:
              - whole
              - { expr: 'whole.{Name, Depth, text: tail.nested.text}', as: parts }
              - large
              - { expr: 'large.j[*]', as: j_each }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("1.19", "bpf")]
    [InlineData("1.23", "vmread")]
    [InlineData("1.27", "bpf")]
    [InlineData("1.27", "vmread")]
    public async Task Elements_and_parts_are_those_of_the_whole_value(string goVersion, string reader)
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync(new GoFixture("values", goVersion, "noopt"));
        string file = folder.File("selected.duckdb");
        string spec = folder.File("selected.yaml");
        File.WriteAllText(spec, Spec);
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{target.ProcessId}", "--spec", spec, "--out", file, "--reader", reader,
            "--pause-max", "20000");
        Assert.True(run.ExitCode == 0, run.Error);

        JsonObject more = Row(file, "more");
        AssertSame(more["toStruct"], more["struct_each"]);
        AssertSame(
            Of(more["toStruct"], static each =>
                new JsonObject { ["x"] = Copy(each!["x"]), ["second"] = Copy(each["y"]) }),
            more["struct_parts"]);
        AssertSame(more["toBulky"], more["bulky_each"]);
        AssertSame(more["toSlice"], more["slice_each"]);
        AssertSame(Of(more["toSlice"], static each => (each as JsonArray)?.Count ?? 0), more["slice_lengths"]);
        AssertSame(Of(more["toPointer"], static each => Copy(each?["y"])), more["pointer_y"]);

        Assert.Equal("{\"int\":1,\"list\":null,\"nil\":null}", more["any_numbers"]!.ToJsonString());

        JsonObject keys = Row(file, "keys");
        AssertSame(keys["byStruct"], keys["struct_each"]);
        AssertSame(keys["byLong"], keys["long_each"]);

        JsonObject structs = Row(file, "structs");
        JsonNode whole = structs["whole"]!;
        AssertSame(
            new JsonObject
            {
                ["Name"] = Copy(whole["Name"]), ["Depth"] = Copy(whole["inner"]!["Depth"]),
                ["text"] = Copy(whole["tail"]!["nested"]!["text"]),
            },
            structs["parts"]);
        AssertSame(structs["large"]!["j"], structs["j_each"]);
        Assert.Empty(SnapshotQuery.Rows(file, "SELECT * FROM capture_errors"));
    }

    private static JsonObject Row(string file, string table)
    {
        JsonElement row = Assert.Single(SnapshotQuery.Rows(file, $"SELECT * FROM {table}"));
        // Documents come as texts.
        return new JsonObject(row.EnumerateObject()
            .Where(static column => column.Value.ValueKind == JsonValueKind.String)
            .Select(static column => KeyValuePair.Create(column.Name, JsonNode.Parse(column.Value.GetString()!))));
    }

    private static JsonObject Of(JsonNode? map, Func<JsonNode?, JsonNode?> select) =>
        new(map!.AsObject().Select(each => KeyValuePair.Create(each.Key, select(each.Value))));

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();

    private static void AssertSame(JsonNode? whole, JsonNode? selected)
    {
        Assert.NotNull(whole);
        Assert.Equal(whole.ToJsonString(), selected?.ToJsonString());
    }
}
