using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>What the description of the API says besides routes and documents, so that clients can be generated of
/// it: names of operations, who may call them, and how errors look.</summary>
internal static class ApiDescription
{
    private const string Bearer = "token";
    private const string Error = nameof(ErrorAnswer);
    private const string Prefix = "api/v1/";

    /// <summary>Adds it to what ASP.NET finds out itself.</summary>
    public static void Complete(OpenApiOptions options)
    {
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info.Title = "Side-Eye control plane";
            document.Info.Version = HealthReport.Version;
            document.Info.Description = "Snapshots of Go services: taken, kept, asked. Times are ISO 8601 in UTC, "
                + "spans are nanoseconds.";
            document.AddComponent(Bearer, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer",
                Description = "A token of the control plane's token file; none where it serves this machine only.",
            });
            document.Security = [new() { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(CompleteAsync);
    }

    private static async Task CompleteAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        operation.OperationId = NameOf(context);
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<NeededRole>().LastOrDefault() is { } needed)
            operation.Description = $"Needs the role {needed.Role}.";
        operation.Responses ??= [];
        foreach (IOpenApiResponse response in operation.Responses.Values)
            DescribeBytes(response);
        context.Document!.AddComponent<IOpenApiSchema>(
            Error, await context.GetOrCreateSchemaAsync(typeof(ErrorAnswer), null, stop).ConfigureAwait(false));
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "What went wrong: 400 with the request, 401 and 403 with the caller, 404 no such thing, "
                + "409 somebody was faster, 422 a limit, 429 too much at once, 502 nothing could be captured.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new() { Schema = new OpenApiSchemaReference(Error, context.Document) },
            },
        };
    }

    /// <summary>Method and path in one word: <c>getSnapshotsIdTables</c>.</summary>
    private static string NameOf(OpenApiOperationTransformerContext context)
    {
        string path = context.Description.RelativePath ?? "";
        IEnumerable<string> words = path.Replace(Prefix, "", StringComparison.Ordinal)
            .Split(['/', '{', '}'], StringSplitOptions.RemoveEmptyEntries)
            .Select(static word => char.ToUpperInvariant(word[0]) + word[1..]);
        return (context.Description.HttpMethod ?? "").ToLower(CultureInfo.InvariantCulture) + string.Concat(words);
    }

    /// <summary>What is no JSON has no document.</summary>
    private static void DescribeBytes(IOpenApiResponse response)
    {
        foreach ((string type, OpenApiMediaType content) in response.Content?.AsEnumerable() ?? [])
        {
            if (type == "text/csv")
                content.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
            else if (type != "application/json")
                content.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        }
    }
}

/// <summary>Why a request is not answered as asked.</summary>
/// <param name="Message">For people.</param>
/// <param name="Problems">What is wrong with a spec, place by place; only of those.</param>
public sealed record ErrorAnswer(string Message, IReadOnlyList<SpecProblemAnswer>? Problems);

/// <summary>A problem of a spec.</summary>
/// <param name="File">The document.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Message">For people.</param>
public sealed record SpecProblemAnswer(string File, int Line, int Column, string Message);

/// <summary>The answer of a query.</summary>
/// <param name="Frames">Tables; most queries have one.</param>
/// <param name="SnapshotId">The snapshot that was asked; null for none or several.</param>
/// <param name="CapturedAt">When that was captured.</param>
/// <param name="ExecutedSql">The SQL that ran, without macros.</param>
/// <param name="Rows">Rows of all frames.</param>
/// <param name="Notices">What people should know of the answer.</param>
public sealed record QueryAnswerDocument(
    IReadOnlyList<FrameDocument> Frames, string? SnapshotId, DateTimeOffset? CapturedAt, string ExecutedSql, long Rows,
    IReadOnlyList<NoticeDocument> Notices);

/// <summary>A table of an answer.</summary>
/// <param name="Name">Such as result, nodes, edges.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Values in the order of the columns: numbers, texts, booleans, null.</param>
public sealed record FrameDocument(
    string Name, IReadOnlyList<ColumnDocument> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>A column of an answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's type.</param>
/// <param name="Unit">ns, bytes, time, percent or count; null for none.</param>
/// <param name="Identity">What a value identifies: goroutine, process, snapshot, function, table; null for nothing.
/// </param>
/// <param name="Description">What it means; null when nothing is known.</param>
public sealed record ColumnDocument(string Name, string Type, string? Unit, string? Identity, string? Description);

/// <summary>Something that people should know of an answer.</summary>
/// <param name="Severity">info, warning or error.</param>
/// <param name="Kind">stale, truncated, partial or budget.</param>
/// <param name="Text">In words.</param>
public sealed record NoticeDocument(string Severity, string Kind, string Text);
