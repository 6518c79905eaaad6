using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SideEye.ControlPlane.Serving.Answering;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>The HTTP and JSON API. Each endpoint says with <see cref="NeededRole"/> who may use it; exceptions become
/// JSON by <see cref="Failure"/> before they get here.</summary>
internal static class ApiEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes, ControlPlaneParts parts, QueryAnswerer answerer,
        HealthReport health)
    {
        routes.MapGet("/api/v1/version", static () => Results.Json(new { version = HealthReport.Version }))
            .WithMetadata(new NeededRole(Role.Viewer));
        _ = (parts, answerer, health);
    }
}
