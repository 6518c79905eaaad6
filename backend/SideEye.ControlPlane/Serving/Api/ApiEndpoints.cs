using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>The HTTP API: everything that the control plane can do, as JSON, described by OpenAPI.</summary>
public static class ApiEndpoints
{
    /// <summary>Version of the control plane.</summary>
    public static string Version { get; } =
        typeof(ApiEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    /// <summary>How JSON is written, and the description of the API.</summary>
    public static void AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(static options => ApiJson.Configure(options.SerializerOptions));
        services.AddOpenApi("v1", static options => options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info.Title = "Side-Eye control plane";
            document.Info.Version = Version;
            document.Info.Description = "Snapshots of Go services: taken, kept, asked. Times are ISO 8601 in UTC, "
                + "spans are nanoseconds. Errors are {\"message\": \"...\"}.";
            return Task.CompletedTask;
        }));
    }

    /// <summary>Adds the endpoints.</summary>
    public static void MapApi(this IEndpointRouteBuilder app, ApiRooms rooms, ApiLimits limits)
    {
        app.MapOpenApi("/openapi/{documentName}.json").Needs(Role.Viewer);
        RouteGroupBuilder api = app.MapGroup("/api/v1");
        api.MapGet("/version", static () => new VersionAnswer(Version)).WithTags("Fleet").Needs(Role.Viewer)
            .WithSummary("The control plane's version.");
        new FleetEndpoints(rooms, limits).Map(api);
        new SnapshotEndpoints(rooms, limits).Map(api);
        new QueryEndpoints(rooms).Map(api);
        new SpecEndpoints(rooms, limits).Map(api);
        new RecordEndpoints(rooms, limits).Map(api);
        api.MapFallback(static (HttpContext context) => Task.FromException(ApiException.NotFound(
            $"there is nothing at {context.Request.Method} of this path; see /openapi/v1.json"))).Needs(Role.Viewer);
    }
}

/// <summary>A version.</summary>
/// <param name="Version">Such as 0.1.0.</param>
public sealed record VersionAnswer(string Version);
