using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Tests;

/// <summary>What a file says is what the model holds, and all that is wrong is reported with its place.</summary>
public sealed class Reading_a_spec
{
    [Fact]
    public void Every_key_arrives()
    {
        SpecReading reading = SpecReader.Read(Samples.Everything, "a.yaml");
        Assert.Empty(reading.Problems);
        CaptureSpec spec = reading.Spec!;
        ProgramRule program = Assert.Single(spec.Programs);
        Assert.Equal(("checkout", "(^|/)checkout$", "serve", "^eu-"),
            (program.Name, program.Executable, program.CommandLine, program.Variables["REGION"]));
        Assert.Equal(("live", "^[0-9a-f]", "^shop$"),
            (program.Environment, program.Container, program.Labels["app"]));
        FunctionSpec function = spec.Functions[0];
        Assert.Equal(("main.(*server).GetInfo", "server_GetInfo", true),
            (function.Function, function.Table, function.IsOptional));
        Assert.Equal(new SourcePosition("a.yaml", 8, 5), function.At);
        Assert.Equal(["request", "cs", "processing"], function.Captures.Select(static each => each.Column));
        Assert.Equal(new LimitsSpec { PointerDepth = 4, StringBytes = 10, SliceBytes = 20, MapEntries = 30 },
            function.Captures[1].Limits);
        Assert.Equal("cs.processing", Assert.Single(function.Captures[2].Alternatives).ToString());
        Assert.Equal(new SourcePosition("a.yaml", 12, 9), function.Captures[0].At);
        Assert.Equal("BIGINT", function.Columns[0].Type);
        Assert.Equal(5, function.Limits.FrameBytes);
        Assert.Equal(["main.(*server).processClient", "main.(*server).process"], spec.Functions[1].Names);
        Assert.Equal(["clientID", "mu_processing"], spec.Types[0].Captures.Select(static each => each.Column));
        Assert.Equal(("main.requestIDKey", "request_id"), (spec.ContextKeys[0].Key, spec.ContextKeys[0].Column));
        Assert.Equal((true, "SELECT * FROM server_GetInfo", "the oldest"),
            (spec.Tables[0].IsOptional, spec.Tables[0].Sources[0].Sql, spec.Tables[0].Description));
        Assert.Equal(2, spec.Tables[1].Sources.Length);
        Assert.Equal("server_processClient", spec.Links[0].To.Table);
        Assert.True(spec.Redaction.IsSecret("user_ssn"));
        Assert.False(spec.Redaction.IsSecret("tokenCount"));
        Assert.Equal(4, spec.Limits.SnapshotBytes);
    }

    [Fact]
    public void A_file_that_is_all_optional_says_so_of_its_parts()
    {
        CaptureSpec spec = SpecReader.Read("""
            version: 1
            optional: true
            functions: [{ function: main.f, capture: [a, { expr: b }] }]
            tables: [{ name: t, sql: SELECT 1 }]
            links: [{ from: { table: t, columns: [a] }, to: { table: t, columns: [a] } }]
            """, "a.yaml").Spec!;
        Assert.True(spec.Functions[0].IsOptional && spec.Functions[0].Captures.All(static each => each.IsOptional));
        Assert.True(spec.Tables[0].IsOptional && spec.Links[0].IsOptional);
    }

    [Theory]
    [InlineData("", "1:1", "the file is empty")]
    [InlineData("# nothing\n", "1:1", "the file is empty")]
    [InlineData("functions: []", "1:1", "needs the key 'version'")]
    [InlineData("version: 2", "1:10", "version 2")]
    [InlineData("version: '1'", "1:10", "whole number")]
    [InlineData("- a", "1:1", "should be a mapping")]
    [InlineData("version: 1\nfunctons: []", "2:1", "did you mean 'functions'?")]
    [InlineData("version: 1\nxyzzy: []", "2:1", "unknown key 'xyzzy' in a spec; possible: version,")]
    [InlineData("version: 1\nversion: 1", "2:1", "given twice")]
    [InlineData("version: 1\nfunctions: {}", "2:12", "should be a list, not a mapping")]
    [InlineData("version: 1\nfunctions:\n  - function: f\n    captrue: [a]", "4:5", "did you mean 'capture'?")]
    [InlineData("version: 1\nfunctions: [{ table: t }]", "2:13", "needs the key 'function'")]
    [InlineData("version: 1\nfunctions: [{ function: main.* }]", "2:25", "wildcards")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [true] }]", "2:38", "put it in quotes")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [a.b.] }]", "2:42", "field's name")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: ['a.b.'] }]", "2:43", "field's name")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [a.b, a_b] }]", "2:43", "'as'")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [a, A] }]", "2:41", "already at")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [a, raw_a] }]", "2:41", "holds the pointers")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [process_id] }]", "2:38", "every function table")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [{ expr: a, as: 1a }] }]", "2:53", "no digit first")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [{ expr: a, depth: 99 }] }]", "2:56", "from 0 to 16")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [{ expr: a, depth: -1 }] }]", "2:56", "from 0")]
    [InlineData("version: 1\nfunctions: [{ function: f }, { function: f }]", "2:30", "the function 'f' is already at")]
    [InlineData("version: 1\nfunctions: [{ function: f, table: Frames }]", "2:13", "built in")]
    [InlineData("version: 1\nfunctions: [{ function: f, table: linked_rows }]", "2:13", "built in")]
    [InlineData("version: 1\nfunctions: [{ function: f, capture: [RowID] }]", "2:38", "the rowid that DuckDB gives")]
    [InlineData("version: 1\nfunctions: [{ function: f, columns: [{ name: a, sql: b, type: 'x;y' }] }]",
        "2:63", "'type'")]
    [InlineData("version: 1\ntables: [{ name: a, sql: b }, { name: A, sql: b }]", "2:31",
        "the table 'A' is already at")]
    [InlineData("version: 1\ntables: [{ name: a, sql: [] }]", "2:26", "empty list")]
    [InlineData("version: 1\nprograms: [{ name: a, match: {} }]", "2:30", "matches nothing")]
    [InlineData("version: 1\nprograms: [{ name: a, match: { labels: app } }]", "2:40", "'labels' should be a mapping")]
    [InlineData("version: 1\nprograms: [{ name: a, match: { labels: { app: '(' } } }]", "2:49", "'app' is no regular")]
    [InlineData("version: 1\nprograms: [{ name: a, match: { container: 7 } }]", "2:43", "put it in quotes")]
    [InlineData("version: 1\nprograms: [{ name: a, match: { executable: 'a(b' } }]", "2:48", "Not enough )'s")]
    [InlineData("version: 1\nprograms: [{ name: a, match: { executable: '(a)\\1' } }]", "2:44", "without backtracking")]
    [InlineData("version: 1\nlinks: [{ from: { table: a, columns: [b, c] }, to: { table: a, columns: [b] } }]", "2:9",
        "as many columns")]
    [InlineData("version: 1\nlimits: { string_byte: 1 }", "2:11", "did you mean 'string_bytes'?")]
    [InlineData("version: 1\nlimits: { string_bytes: 99999999999999999999 }", "2:25", "from 0 to 1048576")]
    [InlineData("version: 1\na: [", "3:1", "not YAML")]
    [InlineData("version: 1\ntables: *t", "2:9", "no anchor &t")]
    [InlineData("version: 1\ntables: &t [*t]", "2:13", "within what it stands for")]
    [InlineData("version: !!int 1", "1:10", "tags")]
    [InlineData("version: 1\n---\nversion: 1", "2:1", "one YAML document")]
    [InlineData("version: 1\n[a]: b", "2:1", "a key is a name")]
    public void A_problem_has_a_place_and_a_remedy(string text, string place, string message)
    {
        SpecReading reading = SpecReader.Read(text, "a.yaml");
        Assert.Contains(reading.Problems, problem =>
            problem.ToString().StartsWith($"a.yaml:{place}: ", StringComparison.Ordinal)
            && problem.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void All_problems_are_reported_at_once_in_the_order_of_the_file()
    {
        SpecReading reading = SpecReader.Read("""
            version: 1
            functions:
              - function: main.f
                capture: [a., b]
                colums: []
              - table: x y
            tables:
              - name: 3t
            limits: { depth: many }
            """, "a.yaml");
        Assert.Equal(["4:17", "5:5", "6:5", "6:12", "8:5", "8:11", "9:18"],
            reading.Problems.Select(static each => $"{each.At.Line}:{each.At.Column}"));
        Assert.Equal("b", Assert.Single(Assert.Single(reading.Spec!.Functions).Captures).Column);
    }

    [Fact]
    public void Problems_without_end_are_counted()
    {
        string keys = string.Concat(Enumerable.Range(0, 1000).Select(static i => $"k{i}: 1\n"));
        SpecReading reading = SpecReader.Read(Samples.Version + keys, "a.yaml");
        Assert.Equal(SpecReadingLimits.Default.ProblemsMax + 1, reading.Problems.Length);
        Assert.Contains("and 800 more problems", reading.Problems[^1].Message);
    }

    [Fact]
    public void Anchors_repeat_what_they_name()
    {
        CaptureSpec spec = SpecReader.Read("""
            version: 1
            functions:
              - { function: main.f, capture: &same [a, b] }
              - { function: main.g, capture: *same }
            """, "a.yaml").Spec!;
        Assert.Equal(["a", "b"], spec.Functions[1].Captures.Select(static each => each.Column));
    }

    [Fact]
    public void A_column_is_named_after_its_expression()
    {
        CaptureSpec spec = SpecReader.Read("""
            version: 1
            functions:
              - function: main.f
                capture: [cs.mu.processing, '*p', 'len(q)', 'req.Header["X-Id"]', "v.(*main.T).f", ~r0, 'm[-1]']
            """, "a.yaml").Spec!;
        Assert.Equal(["cs_mu_processing", "p", "len_q", "req_Header_X_Id", "v_main_T_f", "r0", "m_1"],
            spec.Functions[0].Captures.Select(static each => each.Column));
    }
}
