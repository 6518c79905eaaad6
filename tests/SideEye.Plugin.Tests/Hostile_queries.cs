using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SideEye.Grafana.Calls;
using SideEye.Plugin.Queries;
using SideEye.Plugin.Settings;
using SideEye.Plugin.Streams;
using static SideEye.Plugin.Tests.Requests;

namespace SideEye.Plugin.Tests;

/// <summary>Queries and settings that nobody would write, or somebody who means harm.</summary>
[SupportedOSPlatform("linux")]
public sealed class Hostile_queries : IAsyncLifetime
{
    private const int Seed = 20_260_101;

    private GrafanaHost host = null!;

    public async ValueTask InitializeAsync()
    {
        await BuiltPlugin.BuildAsync();
        host = await GrafanaHost.StartAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Each_is_one_error_with_a_status_and_a_source()
    {
        string[] queries =
        [
            "", "null", "[]", "7", "{", "{\"sql\":7}", "{\"sql\":{}}", "{\"sql\":\"x\",\"sql\":\"y\"}",
            "{\"processes\":7}", "{\"processes\":[[1]]}", "{\"rowsMax\":1e400}", "{\"sql\":\"\\ud800\"}",
            "{\"sql\":\"x\",\"waitMax\":\"99999999999d\"}", "{\"snapshot\":{\"mode\":\"id\"}}",
            string.Concat(Enumerable.Repeat("{\"snapshot\":", 100_000)), $"{{\"sql\":\"{new string('x', 2 << 20)}\"}}",
            $"{{\"sql\":\"x\",\"processes\":[{string.Join(',', Enumerable.Repeat("\"p\"", 1_001))}]}}",
            "\u0000\u0001\u0002",
        ];
        await host.LaunchAsync("one");
        JsonObject context = Context("http://127.0.0.1:1");
        JsonElement answer = The_plugin_in_its_host.Succeeded(await host.CallAsync(
            "one", "/pluginv2.Data/QueryData",
            Query(context, [.. queries.Select((query, i) => ($"Q{i}", query))])));
        for (int i = 0; i < queries.Length; i++)
        {
            JsonElement response = ResponseOf(answer, $"Q{i}");
            string shown = queries[i].Length <= 100 ? queries[i] : queries[i][..100];
            string error = response.GetProperty("error").GetString()!;
            Assert.True(error.Length is > 0 and < 1_000, $"{shown}: {error}");
            Assert.DoesNotContain("the plugin failed", error);
            Assert.InRange(response.GetProperty("status").GetInt32(), 400, 599);
            Assert.Equal("downstream", response.GetProperty("errorSource").GetString());
        }
    }

    [Theory]
    [InlineData("""{"url":7}""", "cannot be read")]
    [InlineData("""{"tlsAuthWithCACert":true}""", "CA certificate is asked for and not there")]
    [InlineData("""{"url":"https://user:password@127.0.0.1:1"}""", "hold no password")]
    [InlineData("""{"url":"https://127.0.0.1:1/path"}""", "must end behind the port")]
    [InlineData("""{"defaultMaxAge":"-1s"}""", "no duration")]
    [InlineData("[[[[[[[[[[", "cannot be read")]
    public async Task Settings_that_cannot_be_used_are_one_error(string json, string part)
    {
        await host.LaunchAsync("one");
        JsonObject context = Context("http://127.0.0.1:1");
        context["dataSourceInstanceSettings"]!["jsonData"] = Base64(json);
        context["dataSourceInstanceSettings"]!["url"] = "http://127.0.0.1:1";
        JsonElement answer = The_plugin_in_its_host.Succeeded(await host.CallAsync(
            "one", "/pluginv2.Data/QueryData", Query(context, ("A", """{"sql":"x"}"""))));
        string error = ResponseOf(answer, "A").GetProperty("error").GetString()!;
        Assert.Contains(part, error);
        Assert.DoesNotContain("password@", error);
    }

    [Fact]
    public void Any_text_is_a_query_or_one_error()
    {
        Random random = new(Seed);
        string[] seeds =
        [
            """{"kind":"sql","sql":"SELECT 1","snapshot":{"mode":"fresh","maxAge":"10s"},"rowsMax":5,"live":true}""",
            """{"kind":"variables","variables":{"what":"values","table":"t","column":"c"},"processes":["a","b"]}""",
            """{"kind":"nodegraph","links":{"table":"t","processId":1,"goroutineId":"9","depth":3},"waitMax":"5s"}""",
        ];
        DataSourceSettings source = new() { Uid = "eye", Url = "http://127.0.0.1:1" };
        SourceSettings settings = SourceSettings.Read(source, PluginLimits.Default);
        int read = 0;
        for (int i = 0; i < 30_000; i++)
        {
            byte[] json = Mutated(seeds[i % seeds.Length], random);
            PanelQuery query = new()
            {
                RefId = "A", Json = json, MaxDataPoints = random.NextInt64(), From = DateTimeOffset.MinValue,
                To = DateTimeOffset.MaxValue, Interval = TimeSpan.FromTicks(random.NextInt64()),
            };
            try
            {
                QueryReader.Read(new PluginCall { DataSource = source }, query, settings, PluginLimits.Default);
                StreamPath.ChannelOf(source.Uid, json);
                read++;
            }
            catch (QueryException e)
            {
                Assert.InRange(e.Message.Length, 1, 2_000);
            }
            StreamPath.QueryOf(new StreamRequest("snapshots/x", json));
            StreamPath.QueryOf(new StreamRequest($"snapshots/{Encoding.Latin1.GetString(json)}", default));
        }
        // Both are tried: what is read and what is refused.
        Assert.InRange(read, 100, 29_900);
    }

    /// <summary>A query with a few bytes changed, removed, doubled or put elsewhere.</summary>
    private static byte[] Mutated(string seed, Random random)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(seed)];
        for (int n = random.Next(4); n > 0; n--)
        {
            int at = random.Next(bytes.Count);
            int count = Math.Min(random.Next(1, 30), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1 when bytes.Count > count:
                    bytes.RemoveRange(at, count);
                    break;
                case 2:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, count));
                    break;
                case 3:
                    bytes[at] = (byte)"{}[]\":,0-e\\"[random.Next(11)];
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)'[', count));
                    break;
            }
        }
        return [.. bytes];
    }
}
