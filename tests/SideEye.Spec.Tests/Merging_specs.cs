using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Tests;

/// <summary>Several files are one spec, a team's own on top of packs.</summary>
public sealed class Merging_specs
{
    private const string Pack = """
        version: 1
        optional: true
        functions:
          - function: [lib.(*T).f, lib.(*T).F]
            table: lib_f
            capture: [a, { expr: b, string_bytes: 5 }]
        tables: [{ name: calls, sql: SELECT 1 }]
        """;

    [Fact]
    public void Captures_of_the_same_function_are_united_and_later_limits_win()
    {
        CaptureSpec spec = Merge(Pack, """
            version: 1
            functions:
              - function: lib.(*T).f
                capture: [c, { expr: b, string_bytes: 9, depth: 1 }]
                limits: { frame_bytes: 7 }
            limits: { depth: 2 }
            redact: { names: [ssn] }
            """, "version: 1\nlimits: { depth: 5 }\nredact: { names: [pin], allow: [pinned] }");
        FunctionSpec function = Assert.Single(spec.Functions);
        Assert.Equal("lib_f", function.Table);
        Assert.Equal(["a", "b", "c"], function.Captures.Select(static each => each.Column));
        Assert.Equal(new LimitsSpec { StringBytes = 9, PointerDepth = 1 }, function.Captures[1].Limits);
        Assert.Equal([true, false], new[] { function.Captures[0].IsOptional, function.IsOptional });
        Assert.True(function.Captures[2].IsOptional, "of one of two functions");
        Assert.Equal(7, function.Limits.FrameBytes);
        Assert.Equal(5, spec.Limits.PointerDepth);
        Assert.True(spec.Redaction.IsSecret("ssn") && spec.Redaction.IsSecret("pin_code"));
        Assert.False(spec.Redaction.IsSecret("pinned"));
    }

    [Fact]
    public void A_table_of_the_users_replaces_one_of_a_pack()
    {
        CaptureSpec spec = Merge(Pack, "version: 1\ntables: [{ name: Calls, sql: SELECT 2 }]");
        Assert.Equal("SELECT 2", Assert.Single(Assert.Single(spec.Tables).Sources).Sql);
    }

    [Theory]
    [InlineData("functions: [{ function: main.f, capture: [{ expr: a.b, as: x }] }]",
        "functions: [{ function: main.f, capture: [{ expr: a.c, as: X }] }]",
        "2:43: the column 'X' is a.b at 1.yaml:2:43")]
    [InlineData("functions: [{ function: main.f, table: a }]", "functions: [{ function: main.f, table: b }]",
        "2:13: the table of main.f is called a already, at 1.yaml:2:13")]
    [InlineData("functions: [{ function: main.f, table: a }]", "functions: [{ function: main.g, table: a }]",
        "2:13: the table 'a' is already at 1.yaml:2:13")]
    [InlineData("functions: [{ function: main.f, table: a }]", "tables: [{ name: A, sql: SELECT 1 }]",
        "2:10: the table 'A' is already at 1.yaml:2:13")]
    [InlineData("tables: [{ name: a, sql: SELECT 1 }]", "tables: [{ name: a, sql: SELECT 1 }]",
        "2:10: the table 'a' is already at 1.yaml:2:10")]
    [InlineData("functions: [{ function: main.f, columns: [{ name: a, sql: b }] }]",
        "functions: [{ function: main.f, columns: [{ name: a, sql: c }] }]", "2:43: the column 'a' is another one at")]
    [InlineData("functions: [{ function: main.f, capture: [a] }]",
        "functions: [{ function: main.f, columns: [{ name: raw_a, sql: b }] }]", "holds the pointers")]
    [InlineData("programs: [{ name: p, match: { executable: a } }]",
        "programs: [{ name: p, match: { executable: b } }]",
        "2:12: the program 'p' is already at")]
    [InlineData("functions: [{ function: main.getInfo }]",
        "links: [{ from: { table: getinfo, columns: [a] }, to: { table: getInfos, columns: [a] } }]",
        "2:9: the link is to a table 'getInfos', and there is none; did you mean 'getInfo'?")]
    public void Contradictions_are_reported_with_both_places(string first, string second, string problem)
    {
        SpecReading merged = SpecMerger.Merge([], Read("version: 1\n" + first, "1.yaml"),
            Read("version: 1\n" + second, "2.yaml"));
        Assert.Contains(problem, Assert.Single(merged.Problems).ToString());
        Assert.StartsWith("2.yaml:", Assert.Single(merged.Problems).ToString());
    }

    [Fact]
    public void Tables_are_named_after_their_functions_as_short_as_is_unique()
    {
        CaptureSpec spec = Merge("version: 1", """
            version: 1
            functions:
              - function: main.(*server).GetInfo
              - function: main.run.func1
              - function: example.com/a/store.(*DB).Get
              - function: example.com/b/cache.DB.Get
              - function: example.com/a/x.Put
              - function: example.com/b/x.Put
              - function: main.Map[go.shape.int,example.com/a.T]
              - function: main.frames
              - { function: main.f, table: own }
            """);
        Assert.Equal(
            ["server_GetInfo", "run_func1", "store_DB_Get", "cache_DB_Get", "example_com_a_x_Put",
                "example_com_b_x_Put", "Map", "main_frames", "own"],
            spec.Functions.Select(static function => function.Table));
    }

    [Fact]
    public void Equal_specs_have_equal_hashes_however_they_are_written()
    {
        const string g = "{ function: main.g }]";
        CaptureSpec one = Merge(Pack, "version: 1\nfunctions: [{ function: main.f, capture: [a.b] }, " + g);
        CaptureSpec same = Merge(Pack, """
            # a comment
            functions:
              - function: main.g
              - capture:
                  - expr: "(a).b"
                function: 'main.f'
            version: 1
            """);
        CaptureSpec otherTables = Merge(Pack,
            "version: 1\nfunctions: [{ function: main.f, capture: [a.b], columns: [{ name: x, sql: y }] }, " + g);
        CaptureSpec otherCapture = Merge(Pack,
            "version: 1\nfunctions: [{ function: main.f, capture: [{ expr: a.b, depth: 1 }] }, " + g);
        Assert.Matches("^[0-9a-f]{64}$", one.Hash);
        Assert.Equal((one.Hash, one.CaptureHash), (same.Hash, same.CaptureHash));
        Assert.NotEqual(one.Hash, otherTables.Hash);
        Assert.Equal(one.CaptureHash, otherTables.CaptureHash);
        Assert.NotEqual(one.CaptureHash, otherCapture.CaptureHash);
        Assert.Equal(5, new[] { one, otherTables, otherCapture, Merge(Pack), Merge("version: 1") }
            .Select(static spec => spec.Hash).Distinct().Count());
    }

    private static CaptureSpec Merge(string pack, params string[] files)
    {
        SpecReading merged = SpecMerger.Merge(
            [Read(pack, "pack.yaml")], files.Select((text, i) => Read(text, $"{i}.yaml")));
        Assert.Empty(merged.Problems);
        return merged.Spec!;
    }

    private static CaptureSpec Read(string text, string name)
    {
        SpecReading reading = SpecReader.Read(text, name);
        Assert.Empty(reading.Problems);
        return reading.Spec!;
    }
}
