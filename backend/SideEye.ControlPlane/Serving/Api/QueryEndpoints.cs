using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SideEye.ControlPlane.Serving.Answering;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>Queries: the same that panels ask, answered as JSON, CSV or Arrow.</summary>
internal sealed class QueryEndpoints(ControlPlaneParts parts, QueryAnswerer answerer)
{
    private const string Json = "application/json";
    private const string Csv = "text/csv";
    private const string Arrow = "application/vnd.apache.arrow.stream";

    /// <summary>Adds the endpoints.</summary>
    public void Map(RouteGroupBuilder api)
    {
        api.MapPost("/query", AskAsync).WithTags("Queries").Needs(Role.Viewer)
            .Produces<QueryAnswerDocument>(contentType: Json, additionalContentTypes: [Csv, Arrow])
            .WithSummary("Answers a query; Accept chooses JSON, CSV or an Arrow stream.");
        api.MapPost("/snapshots/{id}/query", AskOneAsync).WithTags("Queries").Needs(Role.Viewer)
            .Produces<QueryAnswerDocument>(contentType: Json, additionalContentTypes: [Csv, Arrow])
            .WithSummary("Answers a query about one snapshot.");
    }

    private Task AskOneAsync(string id, QueryDocument document, HttpContext context, CancellationToken stop)
    {
        string snapshot = SnapshotEndpoints.Kept(parts.Shelf, id).SnapshotId;
        return AskAsync(document with { Snapshot = snapshot }, context, stop);
    }

    private Task AskAsync(QueryDocument document, HttpContext context, CancellationToken stop)
    {
        Person person = Person.Of(context);
        QueryRequest request = document.ToRequest(
            parts.Time.GetUtcNow(),
            new Caller { User = person.Name, Role = person.Role.ToString(), Origin = Origin.Explore });
        return AnswerAsync(request, person, context, stop);
    }

    private async Task AnswerAsync(
        QueryRequest request, Person person, HttpContext context, CancellationToken stop)
    {
        string accept = context.Request.Headers.Accept.ToString();
        if (accept.Contains(Csv, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.ContentType = $"{Csv}; charset=utf-8";
            CsvAnswer answer = new(context.Response.BodyWriter);
            await answerer.AnswerAsync(request, person, answer, stop).ConfigureAwait(false);
        }
        else if (accept.Contains(Arrow, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.ContentType = Arrow;
            using ArrowAnswer answer = new(context.Response.Body);
            await answerer.AnswerAsync(request, person, answer, stop).ConfigureAwait(false);
            await answer.CompleteAsync(stop).ConfigureAwait(false);
        }
        else
        {
            context.Response.ContentType = Json;
            using JsonAnswer answer = new(context.Response.BodyWriter);
            Trailer trailer = await answerer.AnswerAsync(request, person, answer, stop).ConfigureAwait(false);
            await answer.CompleteAsync(trailer, stop).ConfigureAwait(false);
        }
    }
}
