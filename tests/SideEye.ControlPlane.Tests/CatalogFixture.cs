using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.Spec.Model;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests;

/// <summary>A data folder of a test, its time, and snapshots to put into it.</summary>
public abstract class CatalogFixture : IDisposable
{
    protected static readonly DateTimeOffset Start = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    // Much longer than anything here takes: a test that waits for what does not come says so.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder folder = new();
    private CatalogDatabase? database;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Time { get; } = new(Start);

    protected string FolderName => folder.FullName;

    /// <summary>The catalog, opened when it is first asked for.</summary>
    protected CatalogDatabase Database => database ??= CatalogDatabase.Open(FolderName);

    public void Dispose()
    {
        Close();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static string NewId() => Guid.NewGuid().ToString("N");

    protected string File(string name) => folder.File(name);

    protected string SnapshotFolder() => Directory.CreateDirectory(File("snapshots")).FullName;

    /// <summary>Ends the control plane: what comes after is its next start.</summary>
    protected void Close()
    {
        database?.Dispose();
        database = null;
    }

    protected SnapshotShelf Shelf() => SnapshotShelf.Open(Database, NullLogger<SnapshotShelf>.Instance);

    /// <summary>Takes a snapshot of made-up rows and lists it.</summary>
    protected static KeptSnapshot Add(
        SnapshotShelf shelf, DateTimeOffset at, string? program = null, string? environment = null, long bytes = 1000)
    {
        string id = NewId();
        System.IO.File.WriteAllText(shelf.PathFor(id), "not read here");
        return shelf.Add(Order(id, program, environment), Taken(id, at, bytes));
    }

    protected static CaptureOrder Order(string id, string? program = null, string? environment = null) => new()
    {
        SnapshotId = id, Program = program, Environment = environment, RequestedBy = "ann",
        Spec = new SpecInForce([], WithPacks: true, new CaptureSpec()),
    };

    protected static TakenSnapshot Taken(string id, DateTimeOffset at, long bytes = 1000) => new()
    {
        SnapshotId = id, CapturedAt = at, Duration = TimeSpan.FromMilliseconds(41), FileBytes = bytes,
        SpecHash = "abc", IsTruncated = true, Error = "one agent failed", Warnings = [],
        Agents =
        [
            new AgentOutcome("a:1", "host-a", 2, 0, 100, TimeSpan.FromMilliseconds(1), 10, null),
            new AgentOutcome("b:1", "host-b", 1, 1, 11, TimeSpan.FromMilliseconds(3), 10, "late"),
        ],
    };

    protected static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        end.CancelAfter(Patience);
        while (!condition())
            await Task.Delay(20, end.Token);
    }
}
