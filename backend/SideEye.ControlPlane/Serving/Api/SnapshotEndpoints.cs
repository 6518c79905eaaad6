using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;
using SideEye.Store;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>Snapshots: taken, listed, looked into, carried away, removed.</summary>
internal sealed class SnapshotEndpoints(ControlPlaneParts parts, ApiLimits limits)
{
    /// <summary>Adds the endpoints.</summary>
    public void Map(RouteGroupBuilder api)
    {
        RouteGroupBuilder all = api.MapGroup("/snapshots").WithTags("Snapshots");
        all.MapGet("", List).Needs(Role.Viewer)
            .WithSummary("The snapshots that are kept, newest first, of a time range, program or environment.");
        all.MapPost("", TakeAsync).Needs(Role.Editor)
            .WithSummary("Takes a snapshot now and answers when it is complete.");
        all.MapGet("/{id}", Find).Needs(Role.Viewer).WithSummary("One snapshot; latest is the newest of all.");
        all.MapDelete("/{id}", Remove).Needs(Role.Admin).WithSummary("Removes a snapshot and its file.");
        all.MapPut("/{id}/pin", Pin).Needs(Role.Editor)
            .WithSummary("Keeps a snapshot out of retention's reach, or gives it back.");
        all.MapGet("/{id}/tables", Tables).Needs(Role.Viewer)
            .WithSummary("Tables and views of a snapshot with their columns.");
        SnapshotExport export = new(parts, limits);
        all.MapGet("/{id}/file", export.SendAsync).Needs(Role.Viewer)
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .WithSummary("A snapshot as a file: format duckdb, sqlite, or parquet (a zip with a file for each table).");
    }

    private IEnumerable<SnapshotAnswer> List(
        string? program, string? environment, string? from, string? to, int? limit) => parts.Shelf.Between(
            ApiRoutes.Name("program", program, limits), ApiRoutes.Name("environment", environment, limits),
            ApiRoutes.Time("from", from) ?? DateTimeOffset.MinValue,
            ApiRoutes.Time("to", to) ?? DateTimeOffset.MaxValue,
            ApiRoutes.Count(limit, limits)).Reverse().Select(SnapshotAnswer.Of);

    private async Task<SnapshotAnswer> TakeAsync(
        SnapshotDocument? wanted, HttpContext context, CancellationToken stop)
    {
        SnapshotDocument document = wanted ?? SnapshotDocument.OfAll;
        ManualOrder order = new()
        {
            RequestedBy = Person.Of(context).Name,
            Program = ApiRoutes.Name("program", document.Program, limits),
            Environment = ApiRoutes.Name("environment", document.Environment, limits),
            Agents = document.Agents ?? [],
            ProcessKeys = [],
            PauseMax = PauseMax(document.PauseMaxNs),
        };
        if (document.Processes is { Count: > 0 } names)
            order = Named(order, names);
        return SnapshotAnswer.Of(await parts.Desk.TakeAsync(order, stop).ConfigureAwait(false));
    }

    private SnapshotAnswer Find(string id) => SnapshotAnswer.Of(Kept(parts.Shelf, id));

    private NoContent Remove(string id, HttpContext context)
    {
        KeptSnapshot kept = Kept(parts.Shelf, id);
        if (!parts.Shelf.Remove(kept.SnapshotId))
            throw Missing(id);
        parts.Note(Person.Of(context), "snapshot.remove", kept.SnapshotId);
        return TypedResults.NoContent();
    }

    private SnapshotAnswer Pin(string id, PinDocument document, HttpContext context)
    {
        KeptSnapshot kept = parts.Shelf.Pin(Kept(parts.Shelf, id).SnapshotId, document.IsPinned) ?? throw Missing(id);
        parts.Note(
            Person.Of(context), "snapshot.pin", $"{kept.SnapshotId}: {(document.IsPinned ? "pinned" : "given back")}");
        return SnapshotAnswer.Of(kept);
    }

    private Task<TableAnswer[]> Tables(string id, CancellationToken stop)
    {
        KeptSnapshot kept = Kept(parts.Shelf, id);
        return Task.Run(
            () =>
            {
                using SnapshotReader reader = SnapshotReader.Open(kept.Path);
                return SnapshotTable.Of(reader, stop).Select(TableAnswer.Of).ToArray();
            },
            stop);
    }

    /// <summary>The snapshot of an id, or the newest for <c>latest</c>.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    internal static KeptSnapshot Kept(ISnapshotShelf shelf, string id)
    {
        if (id != "latest")
            return shelf.Find(id) ?? throw Missing(id);
        IReadOnlyList<KeptSnapshot> newest =
            shelf.Between(null, null, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, 1);
        return newest.Count > 0 ? newest[^1] : throw ApiException.NotFound("there are no snapshots yet; take one");
    }

    private static ApiException Missing(string id) => ApiException.NotFound(
        Guid.TryParseExact(id, "N", out _) ? $"there is no snapshot {id}" : "that is no snapshot's id");

    private ManualOrder Named(ManualOrder order, IReadOnlyList<string> names)
    {
        FleetProcess[] meant =
            [.. parts.Fleet.Processes.Where(one => names.Contains(parts.Names.NameOf(one), StringComparer.Ordinal))];
        string[] unknown =
            [.. names.Except(meant.Select(one => parts.Names.NameOf(one)), StringComparer.Ordinal).Take(3)];
        if (unknown.Length > 0)
            throw ApiException.NotFound($"no process is called {string.Join(" or ", unknown)}; see /api/v1/processes");
        return order with
        {
            Agents = [.. meant.Select(static one => one.Agent).Distinct()],
            ProcessKeys = [.. meant.Select(static one => one.Process.Key)],
        };
    }

    private TimeSpan? PauseMax(long? nanoseconds) => nanoseconds switch
    {
        null => null,
        long wanted when wanted > 0 && UnixTime.Span(wanted) <= limits.PauseMax => UnixTime.Span(wanted),
        _ => throw ApiException.BadRequest(
            $"pause_max_ns is out of range: 1 to {UnixTime.Nanoseconds(limits.PauseMax)}"),
    };
}
