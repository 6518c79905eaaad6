using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Serving.Answering;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>The HTTP API: everything that the control plane can do, as JSON, described by OpenAPI.</summary>
public static class ApiEndpoints
{
    /// <summary>How JSON is written, and the description of the API.</summary>
    public static void AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(static options => ApiJson.Configure(options.SerializerOptions));
        // What cannot be read becomes an answer in words, as everything else that goes wrong.
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
        services.AddOpenApi("v1", ApiDescription.Complete);
    }

    /// <summary>Adds the endpoints.</summary>
    /// <param name="app">Where.</param>
    /// <param name="parts">What they are made over.</param>
    /// <param name="answerer">Answers queries.</param>
    /// <param name="health">Says how the control plane is.</param>
    /// <param name="limits">What is taken and given.</param>
    internal static void MapApi(
        this IEndpointRouteBuilder app, ControlPlaneParts parts, QueryAnswerer answerer, HealthReport health,
        ApiLimits limits)
    {
        app.MapOpenApi("/openapi/{documentName}.json").Needs(Role.Viewer);
        RouteGroupBuilder api = app.MapGroup("/api/v1");
        api.MapGet("/version", static () => new VersionAnswer(HealthReport.Version))
            .WithTags("Fleet").Needs(Role.Viewer).WithSummary("The control plane's version.");
        api.MapGet("/health", () => HealthAnswer.Of(health.Now(new HealthRequest()), parts.Fleet))
            .WithTags("Fleet").Needs(Role.Viewer).WithSummary("How the control plane and its agents are, in words.");
        new FleetEndpoints(parts, limits).Map(api);
        new SnapshotEndpoints(parts, limits).Map(api);
        new QueryEndpoints(parts, answerer).Map(api);
        new SpecEndpoints(parts, limits).Map(api);
        new RecordEndpoints(parts, limits).Map(api);
    }
}

/// <summary>A version.</summary>
/// <param name="Version">Such as 0.1.0.</param>
public sealed record VersionAnswer(string Version);

/// <summary>How the control plane is.</summary>
/// <param name="IsOk">Whether an agent answers and nothing else is wrong.</param>
/// <param name="Message">In words.</param>
/// <param name="Version">The control plane's.</param>
/// <param name="Agents">Every agent.</param>
public sealed record HealthAnswer(bool IsOk, string Message, string Version, IReadOnlyList<AgentAnswer> Agents)
{
    internal static HealthAnswer Of(HealthResponse health, IFleet fleet) => new(
        health.IsOk, health.Message, health.Version, [.. fleet.Agents.Select(AgentAnswer.Of)]);
}
