using System.Text.Json;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Tests;

/// <summary>The JSON Schema and the reader know the same format.</summary>
public sealed class The_schema_for_editors
{
    private static readonly JsonElement Schema = JsonDocument.Parse(SpecSchema.Text).RootElement;

    public static TheoryData<string> SpecsWithoutProblems =>
    [
        Samples.Everything, Samples.Version, "version: 1\nfunctions: [{ function: f, capture: [a, { expr: [b, c] }] }]",
        "version: 1\nprograms: [{ name: p, match: { env: { A: b } } }]", "version: 1\ntypes: [{ type: T }]",
        .. BuiltInPacks.Files.Select(static file => file.Value),
    ];

    [Fact]
    public void Every_key_of_the_reader_is_in_the_schema_and_the_other_way_round()
    {
        foreach (SpecKeys keys in SpecKeys.All)
        {
            JsonElement definition = keys.Definition.Length == 0
                ? Schema
                : Schema.GetProperty("definitions").GetProperty(keys.Definition);
            Assert.Equal(keys.Names.Order(), definition.GetProperty("properties").EnumerateObject()
                .Select(static property => property.Name).Order());
            Assert.False(definition.GetProperty("additionalProperties").GetBoolean());
        }
        Assert.Equal(SpecKeys.All.Length - 1, Schema.GetProperty("definitions").EnumerateObject().Count());
    }

    [Fact]
    public void The_limits_of_the_reader_are_those_of_the_schema()
    {
        SpecReadingLimits limits = SpecReadingLimits.Default;
        JsonElement properties = Schema.GetProperty("definitions").GetProperty("limits").GetProperty("properties");
        Assert.Equal(
            [
                limits.PointerDepthMax, limits.StringBytesMax, limits.SliceBytesMax, limits.MapEntriesMax,
                limits.FrameBytesMax, limits.SnapshotBytesMax,
            ],
            properties.EnumerateObject().Select(static each => each.Value.GetProperty("maximum").GetInt64()));
    }

    [Theory]
    [MemberData(nameof(SpecsWithoutProblems))]
    public void What_the_reader_takes_the_schema_takes(string text)
    {
        Assert.Empty(SpecReader.Read(text, "a.yaml").Problems);
        Assert.True(IsValid(text));
    }

    [Theory]
    [InlineData("functions: []")]
    [InlineData("version: 2")]
    [InlineData("version: '1'")]
    [InlineData("version: 1\nfunctons: []")]
    [InlineData("version: 1\nfunctions: {}")]
    [InlineData("version: 1\nfunctions: [{ table: t }]")]
    [InlineData("version: 1\nfunctions: [{ function: 12 }]")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [true] }]")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [''] }]")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [{ as: a }] }]")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [{ expr: a, as: 1a }] }]")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [{ expr: [] }] }]")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [{ expr: a, depth: 17 }] }]")]
    [InlineData("version: 1\nfunctions: [{ function: f, optional: 1 }]")]
    [InlineData("version: 1\nfunctions: [{ function: f, limits: { snapshot_bytes: 1 } }]")]
    [InlineData("version: 1\nfunctions: [{ function: f, columns: [{ name: a, sql: b, type: 'x;y' }] }]")]
    [InlineData("version: 1\ntables: [{ name: a b, sql: c }]")]
    [InlineData("version: 1\ntables: [{ name: a, sql: [] }]")]
    [InlineData("version: 1\nprograms: [{ name: a, match: {} }]")]
    [InlineData("version: 1\nlinks: [{ from: { table: a, columns: [] }, to: { table: a, columns: [b] } }]")]
    [InlineData("version: 1\nredact: { names: [1] }")]
    [InlineData("version: 1\ncontext: [{ key: a }]")]
    public void What_the_schema_refuses_the_reader_refuses(string text)
    {
        Assert.False(IsValid(text));
        Assert.NotEmpty(SpecReader.Read(text, "a.yaml").Problems);
    }

    private static bool IsValid(string text) =>
        new JsonSchemaCheck(Schema).IsValid(YamlTree.Read(text, "a.yaml", SpecReadingLimits.Default)!);
}
