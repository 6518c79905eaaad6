using System.Text.Json;
using System.Text.Json.Nodes;

namespace SideEye.EndToEnd.Tests;

/// <summary>What a user sees of a program with secrets: "[redacted]" in their places, everything beside them as it is,
/// and nothing of them in the file.</summary>
public sealed class What_is_redacted
{
    private const string Redacted = "[redacted]";

    private const string Spec = """
        version: 1
        limits: { map_entries: 200, depth: 8 }
        functions:
          - function: main.onHeap
            capture:
              - h
              - { expr: 'h.config["host"]', as: host }
              - { expr: 'h.config["db_PassWord"]', as: hidden }
              - { expr: 'h.config["töken"]', as: none }
          - { function: main.onStack, capture: [plain, box, two, { expr: box.after, as: after }] }
          - { function: main.byValue, capture: [password] }
          - { function: main.handing, capture: [cookie] }
          - { function: main.hand, capture: [bytes] }

        """;

    public static TheoryData<string, string> Builds =>
        new MatrixTheoryData<string, string>(["1.23", "1.27"], ["default", "noopt"]);

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task Both_readers_say_so_and_tell_everything_else(string version, string variant)
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        await using GoTarget vault = await GoTarget.StartAsync(new GoFixture("vault", version, variant));

        List<string> inside = Rows(Take(vault, folder, "bpf", Spec));
        List<string> outside = Rows(Take(vault, folder, "vmread", Spec));

        Assert.Equal(inside, outside);
        Assert.DoesNotContain(inside, static row => row.Contains("secret of", StringComparison.Ordinal));
        Assert.Contains(inside, static row => row.Contains("public of author", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task A_secret_is_redacted_wherever_it_is(string version, string variant)
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        await using GoTarget vault = await GoTarget.StartAsync(new GoFixture("vault", version, variant));

        string file = Take(vault, folder, "bpf", Spec);
        JsonElement row = SnapshotQuery.Row(file, "SELECT h, host, hidden, none FROM onHeap");
        JsonNode h = JsonNode.Parse(row.GetProperty("h").GetString()!)!;

        Assert.Equal("public of config", row.GetProperty("host").GetString());
        Assert.Equal(Redacted, row.GetProperty("hidden").GetString());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("none").ValueKind);
        Assert.Equal(
            """{"label":"public of field","token":"[redacted]","after":7}""", h["inside"]!.ToJsonString());
        Assert.Equal(
            """[{"User":"public of user","Secret":"[redacted]","ApiKey":"[redacted]","Shown":"public of pointer"}]""",
            h["logins"]!.ToJsonString());
        Assert.Equal(
            """{"Accept":["public of header"],"Authorization":"[redacted]","Set-Cookie":"[redacted]"}""",
            h["headers"]!.ToJsonString());
        Assert.Equal(
            ["", "author", "db_PassWord", "host", "schlüssel-token", "token_bucket", "userAuth"],
            h["config"]!.AsObject().Select(static each => each.Key));
        Assert.Equal(4, h["config"]!.AsObject().Count(static each => each.Value!.GetValue<string>() == Redacted));
        Assert.Equal(["p-number"u8.ToArray(), null], Numbers(h["pins"]!.AsObject()));
        Assert.Equal(
            """{"eu":{"api_key":"[redacted]","region":"public of nested"},"secrets":"[redacted]"}""",
            h["nested"]!.ToJsonString());
        Assert.Equal(
            """{"credentials":"[redacted]","password":"[redacted]","user":"public of any"}""",
            h["mixed"]!.ToJsonString());
        Assert.Equal(Redacted, h["wide"]!["session token"]!.GetValue<string>());
        Assert.Equal(
            Convert.ToHexStringLower(Padded("public of wide")), h["wide"]!["plain"]!["text"]!.GetValue<string>());
        Assert.Equal(Redacted, h["keys"]!["signing-key"]!.GetValue<string>());
        Assert.Equal(101, h["large"]!.AsObject().Count);
        Assert.Equal(Redacted, h["large"]!["client.secret"]!.GetValue<string>());
        Assert.Equal("public of large77", h["large"]!["key77"]!.GetValue<string>());
        // A key of more than 256 bytes is taken for a secret's name.
        Assert.Equal(
            [(255, Redacted), (256, "public of length"), (257, Redacted)],
            h["long"]!.AsObject().Select(static each => (each.Key.Length, each.Value!.GetValue<string>())).Order());
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task What_lies_beside_secrets_on_a_stack_is_as_it_is(string version, string variant)
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        await using GoTarget vault = await GoTarget.StartAsync(new GoFixture("vault", version, variant));

        string file = Take(vault, folder, "bpf", Spec);

        JsonElement onStack = SnapshotQuery.Row(file, "SELECT plain, box, two, after FROM onStack");
        Assert.Equal("""{"label":"","token":"[redacted]","after":77}""", onStack.GetProperty("box").GetString());
        Assert.Equal(
            """[{"label":"","token":"[redacted]","after":0},{"label":"","token":"[redacted]","after":78}]""",
            onStack.GetProperty("two").GetString());
        Assert.Equal(77, onStack.GetProperty("after").GetInt64());
        // Before Go 1.25 the debug information gives arrays no place in optimised code.
        if ((version, variant) != ("1.23", "default"))
        {
            Assert.StartsWith(
                Convert.ToHexStringLower("public of stack"u8), onStack.GetProperty("plain").GetString(),
                StringComparison.Ordinal);
        }
        Assert.Equal(Redacted, SnapshotQuery.Row(file, "SELECT password FROM byValue")
            .GetProperty("password").GetString());
        Assert.Equal(Redacted, SnapshotQuery.Row(file, "SELECT cookie FROM handing")
            .GetProperty("cookie").GetString());
        // Under a name that is not denied it is no secret, and never zeros.
        JsonElement handed = SnapshotQuery.Row(file, "SELECT bytes FROM hand").GetProperty("bytes");
        Assert.True(handed.ValueKind == JsonValueKind.Null || handed.GetString()!.StartsWith(
            "handed of on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_of_a_secret_is_in_the_file()
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        await using GoTarget vault = await GoTarget.StartAsync(new GoFixture("vault", "1.27", "default"));

        string file = Take(vault, folder, "bpf", Spec);

        Assert.DoesNotContain("secret of", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)));
    }

    [Theory]
    [InlineData("bpf")]
    [InlineData("vmread")]
    public async Task Exceptions_of_a_spec_are_shown(string reader)
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        await using GoTarget vault = await GoTarget.StartAsync(new GoFixture("vault", "1.27", "noopt"));

        string file = Take(
            vault, folder, reader,
            Spec + "redact: { names: [host], allow: [token_bucket, token, otp, Authorization] }");
        JsonElement row = SnapshotQuery.Row(file, "SELECT h, host FROM onHeap");
        JsonNode h = JsonNode.Parse(row.GetProperty("h").GetString()!)!;

        Assert.Equal(Redacted, row.GetProperty("host").GetString());
        Assert.Equal(Redacted, h["config"]!["host"]!.GetValue<string>());
        Assert.Equal("secret of exception", h["config"]!["token_bucket"]!.GetValue<string>());
        Assert.Equal("""["secret of header"]""", h["headers"]!["Authorization"]!.ToJsonString());
        Assert.Equal(Redacted, h["headers"]!["Set-Cookie"]!.GetValue<string>());
        Assert.Equal(
            Convert.ToHexStringLower(Padded("secret of field")), h["inside"]!["token"]!.GetValue<string>());
        Assert.Equal(["s-number"u8.ToArray(), "p-number"u8.ToArray()], Numbers(h["pins"]!.AsObject()));
        JsonNode box = JsonNode.Parse(SnapshotQuery.Row(file, "SELECT box FROM onStack")
            .GetProperty("box").GetString()!)!;
        Assert.Equal(Convert.ToHexStringLower(Padded("secret of box")), box["token"]!.GetValue<string>());
    }

    private static string Take(GoTarget vault, TemporaryFolder folder, string reader, string spec)
    {
        string specFile = folder.File($"{reader}.yaml");
        File.WriteAllText(specFile, spec);
        string file = folder.File($"{reader}.duckdb");
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{vault.ProcessId}", "--spec", specFile, "--out", file, "--reader", reader,
            "--pause-max", "20000");
        Assert.True(run.ExitCode == 0, run.Error);
        return file;
    }

    private static List<string> Rows(string file) =>
        [.. SnapshotQuery.Rows(file, "SELECT table_name, column_name, value FROM all_captured_data "
            + "UNION ALL SELECT table_name, expression, reason FROM capture_errors ORDER BY ALL")
            .Select(static row => row.ToString())];

    private static IEnumerable<byte[]?> Numbers(JsonObject pins) => pins.OrderBy(static each => each.Key)
        .Select(static each => each.Value!.GetValueKind() == JsonValueKind.Number
            ? BitConverter.GetBytes(each.Value.GetValue<long>()) : null)
        .OrderBy(static each => each is null ? 1 : 0);

    private static byte[] Padded(string text)
    {
        byte[] bytes = new byte[24];
        System.Text.Encoding.ASCII.GetBytes(text, bytes);
        return bytes;
    }
}
