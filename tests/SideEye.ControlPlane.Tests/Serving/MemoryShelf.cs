using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>A shelf that forgets everything when the test ends.</summary>
internal sealed class MemoryShelf(string folder) : ISnapshotShelf
{
    private readonly Lock gate = new();
    private readonly List<KeptSnapshot> all = [];

    public event Action<KeptSnapshot>? Added;

    public string PathFor(string snapshotId) => Path.Combine(folder, $"{Guid.ParseExact(snapshotId, "N"):N}.duckdb");

    public KeptSnapshot Add(CaptureOrder order, TakenSnapshot taken) =>
        Put(KeptSnapshot.Of(order, taken, PathFor(taken.SnapshotId)));

    public KeptSnapshot Put(KeptSnapshot kept)
    {
        lock (gate)
            all.Add(kept);
        Added?.Invoke(kept);
        return kept;
    }

    public KeptSnapshot? Find(string snapshotId)
    {
        lock (gate)
            return all.Find(one => one.SnapshotId == snapshotId);
    }

    public KeptSnapshot? Newest(string? program, string? environment, DateTimeOffset? notAfter)
    {
        lock (gate)
        {
            return all.Where(one => !one.IsPart && one.Program == program && one.Environment == environment
                && (notAfter is null || one.CapturedAt <= notAfter)).MaxBy(static one => one.CapturedAt);
        }
    }

    public IReadOnlyList<KeptSnapshot> Between(
        string? program, string? environment, DateTimeOffset from, DateTimeOffset to, int max)
    {
        lock (gate)
        {
            return
            [
                .. all.Where(one => (program is null || one.Program == program)
                    && (environment is null || one.Environment == environment)
                    && one.CapturedAt >= from && one.CapturedAt <= to)
                    .OrderBy(static one => one.CapturedAt).TakeLast(max),
            ];
        }
    }

    public bool Remove(string snapshotId)
    {
        lock (gate)
            return all.RemoveAll(one => one.SnapshotId == snapshotId) > 0;
    }

    public KeptSnapshot? Pin(string snapshotId, bool isPinned) => throw new NotSupportedException();
}
