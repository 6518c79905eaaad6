using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>Requests to the HTTP API that are not what they should be.</summary>
public sealed class Strange_requests : ApiFixture
{
    [Theory]
    [InlineData("GET", "agents", null, HttpStatusCode.Unauthorized)]
    [InlineData("GET", "agents", "not-a-token-0123456789", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "snapshots", Viewer, HttpStatusCode.Forbidden)]
    [InlineData("DELETE", "specs/x", Editor, HttpStatusCode.Forbidden)]
    [InlineData("PUT", "specs/x", Admin, HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "agents", Admin, HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "snapshots/00000000000000000000000000000000", Editor, HttpStatusCode.Forbidden)]
    [InlineData("GET", "audit", Editor, HttpStatusCode.Forbidden)]
    [InlineData("GET", "nowhere", Viewer, HttpStatusCode.NotFound)]
    public async Task Who_may_not_is_told(string method, string path, string? token, HttpStatusCode status)
    {
        using HttpResponseMessage answer = await CallAsync(new HttpMethod(method), path, token);
        Assert.Equal(status, answer.StatusCode);
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.NotEqual("", body.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("snapshots/..%2f..%2fetc%2fpasswd")]
    [InlineData("snapshots/..%2fcatalog.sqlite/file")]
    [InlineData("snapshots/%00/file")]
    [InlineData("snapshots/%2e%2e/file")]
    [InlineData("specs/..%2f..%2fx")]
    [InlineData("specs/%2fetc%2fpasswd/versions")]
    [InlineData("schedules/..%2fx")]
    [InlineData("../../data/catalog.sqlite")]
    public async Task Names_that_are_paths_lead_nowhere(string path)
    {
        using HttpResponseMessage answer = await CallAsync(HttpMethod.Get, path, Admin);
        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
    }

    [Theory]
    [InlineData("specs/..%2f..%2fx", """{"yaml": "version: 1\n"}""")]
    [InlineData("specs/.hidden", """{"yaml": "version: 1\n"}""")]
    [InlineData("specs/x", """{"yaml": 7}""")]
    [InlineData("specs/x", """{"yamll": "version: 1\n"}""")]
    [InlineData("specs/x", """{"yaml": "version: 1\n\u0000"}""")]
    [InlineData("specs/x", "{")]
    [InlineData("specs/x", "")]
    [InlineData("schedules/..%2fx", """{"cron": "0 3 * * *"}""")]
    [InlineData("schedules/x", """{"cron": null}""")]
    [InlineData("snapshots/latest/pin", "{}")]
    public async Task What_cannot_be_read_or_kept_is_the_requests_fault(string path, string body)
    {
        using HttpRequestMessage request = Request(HttpMethod.Put, path, Admin);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await Http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        JsonElement told = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        string message = told.GetProperty("message").GetString()!;
        Assert.NotEqual("", message);
        Assert.DoesNotContain("defect", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the request has no document: send one as JSON")]
    [InlineData("""{"yamll": "x"}""", "the document cannot be read: there is no key 'yamll' in it")]
    [InlineData("""{"yaml": 7}""", "the document cannot be read: $.yaml is of another kind than it should be")]
    [InlineData("[]", "the document cannot be read: it is of another kind than it should be")]
    public async Task What_is_wrong_with_a_document_is_told_in_the_senders_words(string body, string message)
    {
        using HttpRequestMessage request = Request(HttpMethod.Put, "specs/x", Admin);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await Http.SendAsync(request, Stop);
        JsonElement told = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(message, told.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("""{"sql": "SELECT 1", "rows_max": -1}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"sql": "SELECT 1", "snapshot": "fresh", "max_age_ns": -1}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"sql": "SELECT 1", "to": "0001-01-01T00:00:00Z"}""", HttpStatusCode.NotFound)]
    [InlineData("""{"sql": "SELECT 1", "from": "9999-12-31T23:59:59Z"}""", HttpStatusCode.NotFound)]
    public async Task Numbers_and_times_that_make_no_sense_are_no_defects(string body, HttpStatusCode status)
    {
        using HttpRequestMessage request = Request(HttpMethod.Post, "query", Viewer);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await Http.SendAsync(request, Stop);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task A_parameter_that_is_no_number_and_a_document_that_is_too_large_are_told()
    {
        using HttpResponseMessage number = await CallAsync(HttpMethod.Get, "snapshots?limit=abc", Admin);
        Assert.Equal(HttpStatusCode.BadRequest, number.StatusCode);
        Assert.Contains("'abc' cannot be the value of limit", await number.Content.ReadAsStringAsync(Stop),
            StringComparison.Ordinal);
        using HttpRequestMessage request = Request(HttpMethod.Put, "specs/x", Admin);
        request.Content = new StringContent(new string(' ', 40_000_000), Encoding.UTF8, "application/json");
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage large = await Http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Contains("the request is too large", await large.Content.ReadAsStringAsync(Stop),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_does_not_say_that_it_is_JSON_is_told_how()
    {
        // As curl -d sends it without a header.
        using HttpRequestMessage request = Request(HttpMethod.Post, "snapshots", Editor);
        request.Content = new StringContent("{}", Encoding.UTF8, "application/x-www-form-urlencoded");
        using HttpResponseMessage answer = await Http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains("Content-Type: application/json", await answer.Content.ReadAsStringAsync(Stop),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_that_are_too_large_are_refused_and_the_server_stays()
    {
        using HttpRequestMessage request = Request(HttpMethod.Put, "specs/x", Admin);
        request.Content = new ByteArrayContent(new byte[(8 << 20) + 1]);
        request.Content.Headers.ContentType = new("application/json");
        try
        {
            using HttpResponseMessage answer = await Http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }
        catch (HttpRequestException)
        {
            // It may also hang up while we still send.
        }
        Assert.NotEqual("", (await JsonAsync(HttpMethod.Get, "version", Viewer)).GetProperty("version").GetString());
    }
}
