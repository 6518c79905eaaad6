using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests;

/// <summary>A snapshot of two processes and somebody who answers queries about it.</summary>
public abstract class QueryFixture : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<IDisposable> more = [];

    protected QueryRunner Runner { get; } = new(QueryRunnerLimits.Default);

    protected QuerySubject Subject { get; }

    protected string FolderName => folder.FullName;

    protected QueryFixture()
    {
        string path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711, ("program", "shop"))
            .Process(2, "stock", 4712, ("program", "depot"))
            .Stack(7, ("runtime.gopark", "proc.go", 1), ("main.serve", "m.go", 7), ("main.main", "m.go", 1))
            .Stack(8, ("main.work", "m.go", 9), ("main.main", "m.go", 1))
            .Goroutine(1, 10, 7, reason: "chan receive", waitedNs: 3_000_000_000, source: "observed")
            .Goroutine(1, 11, 7, reason: "chan receive", waitedNs: 1_000_000_000, source: "observed")
            .Goroutine(1, 12, 8, status: "running")
            .Goroutine(1, 13, 8, "waiting", "GC worker (idle)", more: ("is_system", true))
            .Goroutine(2, 20, 8, status: "running")
            .Write(path);
        Subject = new QuerySubject { Snapshot = Ref("snap-1", path) };
    }

    public void Dispose()
    {
        more.ForEach(static one => one.Dispose());
        Runner.Dispose();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends something with the test.</summary>
    protected T Owned<T>(T one)
        where T : IDisposable
    {
        more.Add(one);
        return one;
    }

    protected string File(string name) => folder.File(name);

    protected Task<QueryAnswer> Ask(QueryRequest request) => QueryAnswer.Of(Runner, request, Subject);

    protected Task<StoreException> Fails(QueryRequest request) =>
        Assert.ThrowsAsync<StoreException>(() => Ask(request));

    protected static SnapshotRef Ref(string id, string path) => new(id, path, SnapshotBuilder.CapturedAt, null, null);

    protected static QueryRequest Kind(QueryKind kind) => new() { Kind = kind };

    protected static QueryRequest Sql(string sql) => new() { Kind = QueryKind.Sql, Sql = sql };

    protected static QueryRequest Picker(string what, string table = "", string column = "") => new()
    {
        Kind = QueryKind.Variables,
        Variables = new VariablesQuery { What = what, Table = table, Column = column },
    };
}
