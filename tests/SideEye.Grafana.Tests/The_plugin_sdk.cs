using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using SideEye.Grafana.Calls;
using SideEye.Grafana.Frames;
using SideEye.Grafana.Hosting;
using SideEye.Grafana.Logging;

namespace SideEye.Grafana.Tests;

/// <summary>What the SDK says to Grafana, to the letter where one letter matters.</summary>
public sealed class The_plugin_sdk
{
    [Fact]
    public void The_handshake_is_one_line_of_five_parts() =>
        Assert.Equal("1|2|unix|/tmp/x.sock|grpc\n", Handshake.Line("unix", "/tmp/x.sock"));

    [Theory]
    [InlineData(null, "2", false)]
    [InlineData("datasource", null, true)]
    [InlineData("datasource", "2", true)]
    [InlineData("datasource", "1,2", true)]
    [InlineData("datasource", "3", false)]
    public void Only_Grafana_starts_a_plugin(string? cookie, string? versions, bool starts) =>
        Assert.Equal(starts, Handshake.Refusal(name => name == "grafana_plugin_type" ? cookie : versions) is null);

    [Fact]
    public void A_line_of_the_log_has_texts_only_and_six_digits()
    {
        DateTimeOffset time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        byte[] line = HclogLine.Write(
            time, LogLevel.Critical, "m", "one\ntwo",
            [new("count", 7), new("@level", "evil"), new("{OriginalFormat}", "x")], new IOException("broken"));
        JsonElement json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("2026-01-02T03:04:05.000000Z", json.GetProperty("@timestamp").GetString());
        Assert.Equal("error", json.GetProperty("@level").GetString());
        Assert.Equal("7", json.GetProperty("count").GetString());
        Assert.Contains("broken", json.GetProperty("error").GetString());
        Assert.Equal(1, line.Count(letter => letter == (byte)'\n'));
        Assert.All(json.EnumerateObject(), pair => Assert.Equal(JsonValueKind.String, pair.Value.ValueKind));
    }

    [Fact]
    public void A_line_of_the_log_stays_below_what_the_host_reads()
    {
        string text = new('\u0001', 100_000);
        byte[] line = HclogLine.Write(
            DateTimeOffset.UnixEpoch, LogLevel.Information, text, text,
            Enumerable.Range(0, 50).Select(i => KeyValuePair.Create($"key{i}", (object?)text)), new IOException(text));
        Assert.InRange(line.Length, 1, 65_535);
    }

    [Fact]
    public void Headers_are_found_in_either_spelling()
    {
        CallHeaders headers = new([new("http_X-Dashboard-Uid", "d"), new("fromalert", "true")]);
        Assert.Equal("d", headers["x-dashboard-uid"]);
        Assert.True(headers.IsFromAlert);
        Assert.Null(headers["Cookie"]);
    }

    [Fact]
    public void A_replaced_instance_goes_when_its_last_call_is_over()
    {
        using InstanceCache<Connection> cache = new(_ => new Connection());
        InstanceCache<Connection>.Lease first = cache.Take(1, new DataSourceSettings { Uid = "a", LastUpdatedMs = 1 });
        using InstanceCache<Connection>.Lease second =
            cache.Take(1, new DataSourceSettings { Uid = "a", LastUpdatedMs = 2 });
        Assert.NotSame(first.Value, second.Value);
        Assert.False(first.Value.IsDisposed);
        using (InstanceCache<Connection>.Lease late =
            cache.Take(1, new DataSourceSettings { Uid = "a", LastUpdatedMs = 1 }))
        {
            Assert.Same(second.Value, late.Value);
        }
        first.Dispose();
        Assert.True(first.Value.IsDisposed);
        Assert.False(second.Value.IsDisposed);
    }

    [Fact]
    public void A_live_frame_says_what_JSON_cannot()
    {
        DataFrame frame = new("f",
        [
            Field.OfTimes("t", [1_000_001_234, null]),
            Field.OfNumbers("n", [double.NaN, 1.5]),
            Field.OfTexts("s", ["ä", null]),
        ]);
        JsonElement json = JsonDocument.Parse(LiveFrames.Encode(frame)).RootElement;
        Assert.Equal(["schema", "data"], json.EnumerateObject().Select(each => each.Name));
        JsonElement data = json.GetProperty("data");
        Assert.Equal("[[1000,null],[null,1.5],[\"ä\",null]]", data.GetProperty("values").GetRawText());
        Assert.Equal("[1234,0]", data.GetProperty("nanos")[0].GetRawText());
        Assert.Equal("[0]", data.GetProperty("entities")[1].GetProperty("NaN").GetRawText());
        Assert.Equal(
            "time.Time",
            json.GetProperty("schema").GetProperty("fields")[0]
                .GetProperty("typeInfo").GetProperty("frame").GetString());
    }

    [Fact]
    public void A_frame_is_an_Arrow_file()
    {
        ReadOnlySpan<byte> file = ArrowFrames.Encode(new DataFrame("f", [Field.OfIntegers("n", [1])])).Span;
        Assert.Equal("ARROW1", Encoding.ASCII.GetString(file[..6]));
        Assert.Equal("ARROW1", Encoding.ASCII.GetString(file[^6..]));
    }

    [Fact]
    public void Too_many_series_are_refused_with_what_makes_them()
    {
        DataFrame table = new("",
        [
            Field.OfTimes("t", Enumerable.Range(0, 2_000).Select(i => (long?)i)),
            Field.OfTexts("pid", Enumerable.Range(0, 2_000).Select(i => $"{i}")),
            Field.OfNumbers("n", Enumerable.Repeat((double?)1, 2_000)),
        ]);
        FrameShapeException error =
            Assert.Throws<FrameShapeException>(() => TimeSeries.ToWide(table, FrameLimits.Default));
        Assert.Contains("pid", error.Message);
    }

    private sealed class Connection : IDisposable
    {
        internal bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
