using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>Schedules, and the record of who did what.</summary>
internal sealed class RecordEndpoints(ControlPlaneParts parts, ApiLimits limits)
{
    /// <summary>Adds the endpoints.</summary>
    public void Map(RouteGroupBuilder api)
    {
        RouteGroupBuilder schedules = api.MapGroup("/schedules").WithTags("Schedules");
        schedules.MapGet("", () => parts.Schedules.All).Needs(Role.Viewer)
            .WithSummary("Snapshots that are taken by the clock.");
        schedules.MapGet("/{name}", Find).Needs(Role.Viewer).WithSummary("One schedule.");
        schedules.MapPut("/{name}", Put).Needs(Role.Admin).WithSummary("Keeps a schedule under a name.");
        schedules.MapDelete("/{name}", Remove).Needs(Role.Admin).WithSummary("Forgets a schedule.");
        api.MapGet("/audit", Audit).WithTags("Audit").Needs(Role.Admin)
            .WithSummary("Who captured and changed what, newest first; before continues after a page.");
    }

    private IReadOnlyList<AuditEntry> Audit(long? before, int? limit) =>
        parts.Audit.Read(before, ApiRoutes.Count(limit, limits));

    private Schedule Find(string name) =>
        parts.Schedules.All.FirstOrDefault(one => one.Name == name) ?? throw Missing(name);

    private Schedule Put(string name, ScheduleDocument document, HttpContext context)
    {
        Person person = Person.Of(context);
        Schedule kept = parts.Schedules.Put(new Schedule
        {
            Name = name,
            Cron = ApiRoutes.Required("cron", document.Cron, limits),
            Program = ApiRoutes.Name("program", document.Program, limits),
            Environment = ApiRoutes.Name("environment", document.Environment, limits),
            IsEnabled = document.IsEnabled ?? true,
            Author = person.Name,
        });
        parts.Note(person, "schedule.put", $"{name}: {kept.Cron}");
        return kept;
    }

    private NoContent Remove(string name, HttpContext context)
    {
        if (!parts.Schedules.Remove(name))
            throw Missing(name);
        parts.Note(Person.Of(context), "schedule.remove", name);
        return TypedResults.NoContent();
    }

    private ApiException Missing(string name) =>
        ApiException.NotFound($"there is no schedule {ApiRoutes.Name("the name", name, limits)}");
}

/// <summary>A schedule as it is sent.</summary>
/// <param name="Cron">Five fields of cron, or six with seconds in front; in UTC.</param>
/// <param name="Program">Only processes of this program; null for all.</param>
/// <param name="Environment">Only processes of this environment; null for all.</param>
/// <param name="IsEnabled">False to let it rest.</param>
public sealed record ScheduleDocument(string? Cron, string? Program, string? Environment, bool? IsEnabled);
