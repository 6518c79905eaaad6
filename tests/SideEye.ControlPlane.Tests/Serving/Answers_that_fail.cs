using System.Net;
using System.Net.Http.Json;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>Queries over HTTP that go wrong when rows are there already.</summary>
public sealed class Answers_that_fail : ApiFixture
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("text/csv")]
    [InlineData("application/vnd.apache.arrow.stream")]
    public async Task With_a_value_that_is_too_large_say_so(string accept)
    {
        await JsonAsync(HttpMethod.Post, "snapshots", Editor, new { });
        foreach (string sql in (string[])["SELECT json_group_array(range) AS big FROM range(1000000)",
            "SELECT CASE WHEN range = 3000 THEN repeat('xy', 600000) ELSE 'x' END AS big "
            + "FROM range(5000)"])
        {
            using HttpResponseMessage answer = await CallAsync(HttpMethod.Post, "query", Viewer, new { sql }, accept);
            string text = await answer.Content.ReadAsStringAsync(Stop);
            Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, text);
            Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
            Assert.Contains("a value of column big has", text, StringComparison.Ordinal);
        }
        Assert.DoesNotContain(Log.Lines, static line => line.Contains("broken off", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/csv")]
    [InlineData("application/vnd.apache.arrow.stream")]
    public async Task In_the_middle_are_broken_off_and_the_log_says_why(string accept)
    {
        await JsonAsync(HttpMethod.Post, "snapshots", Editor, new { });
        using HttpRequestMessage request = Request(HttpMethod.Post, "query", Viewer);
        request.Headers.Accept.ParseAdd(accept);
        request.Content = JsonContent.Create(new
        {
            sql = "SELECT CASE WHEN range = 90000 THEN repeat('xy', 600000) ELSE concat(h, h, h, h, h, h) END AS big "
                + "FROM (SELECT range, md5(range::VARCHAR) AS h FROM range(100000)) ORDER BY range",
        });
        using HttpResponseMessage answer =
            await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, answer.StatusCode == HttpStatusCode.OK
            ? "" : await answer.Content.ReadAsStringAsync(Stop));
        await Assert.ThrowsAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync(Stop));
        while (!Log.Lines.Any(static line => line.StartsWith("Error: /api/v1/query: ", StringComparison.Ordinal)
            && line.Contains("broken off in the middle, ", StringComparison.Ordinal)
            && line.Contains("a value of column big has", StringComparison.Ordinal)))
        {
            await Task.Delay(20, Stop);
        }
    }

    [Fact]
    public async Task Whose_asker_left_are_no_matter_for_the_log()
    {
        await JsonAsync(HttpMethod.Post, "snapshots", Editor, new { });
        using HttpRequestMessage request = Request(HttpMethod.Post, "query", Viewer);
        request.Content = JsonContent.Create(new
        {
            sql = "SELECT repeat('x', 1000) || range AS a FROM range(100000)",
        });
        using (HttpResponseMessage answer =
            await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        await JsonAsync(HttpMethod.Post, "query", Viewer, new { sql = "SELECT 1" });
        Assert.DoesNotContain(Log.Lines, static line => line.Contains("broken off", StringComparison.Ordinal));
    }
}
