using System.Globalization;
using System.Text;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.Agent;
using SideEye.Store;
using SideEye.Store.Derivation;
using SideEye.Tables;

namespace SideEye.ControlPlane.Capturing;

/// <summary>The file of a snapshot while rows of many agents come in. One agent at a time writes; the others wait, and
/// so does the network behind them.</summary>
internal sealed class SnapshotAssembly : IDisposable
{
    private static readonly BlankSnapshot Blank = new(
        [.. SnapshotSchema.Tables, .. CaptureSchema.Tables], SnapshotSchema.Views, SpecDerivations.Identity);

    private readonly Task<SnapshotFile> begun;
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Begins a file, while agents prepare.</summary>
    public SnapshotAssembly(string path) => begun = Task.Run(() => Blank.Begin(path));

    /// <summary>When the file has been begun; before that nothing may be written.</summary>
    /// <exception cref="StoreException">It cannot be written.</exception>
    public Task Begun => begun;

    private SnapshotFile File => begun.GetAwaiter().GetResult();

    /// <summary>The place of an agent's rows.</summary>
    /// <param name="number">Of the agent, from 0.</param>
    /// <param name="isOnly">Whether there are no others.</param>
    /// <param name="limits">What may come.</param>
    public AgentRows RowsOf(int number, bool isOnly, CapturingLimits limits) => new(() => File, number, isOnly, limits);

    /// <summary>Does something to the file, alone.</summary>
    public async Task InTurnAsync(Action what, CancellationToken stop)
    {
        await turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            what();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Says of an agent's processes where they are and when they were frozen by our clock.</summary>
    public void Place(int firstProcessId, int count, string address, AgentClock clock) => File.Execute(
        $"UPDATE processes SET agent = {SqlText.Literal(address)}, "
        + $"host = coalesce(host, {SqlText.Literal(clock.Host)}), "
        + $"clock_offset_ns = {Number(UnixTime.Nanoseconds(clock.Offset))} "
        + $"WHERE process_id BETWEEN {Number(firstProcessId)} AND {Number(firstProcessId + count - 1)}");

    /// <summary>Names processes.</summary>
    public void Name(string address, string host, Prepared prepared, IProcessNames names)
    {
        if (prepared.Processes.Count == 0)
            return;
        StringBuilder pairs = new();
        foreach (PreparedProcess process in prepared.Processes)
        {
            if (process.Process is null || process.Process.Key.Length == 0)
                continue;
            string name = names.NameOf(new FleetProcess(address, host, process.Process));
            pairs.Append(pairs.Length == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture,
                $"({process.ProcessId}, {SqlText.Literal(name)})");
        }
        if (pairs.Length > 0)
        {
            File.Execute($"UPDATE processes SET friendly_name = n.name FROM (VALUES {pairs}) n(id, name) "
                + "WHERE process_id = n.id");
        }
    }

    /// <summary>A row for an agent of which nothing came.</summary>
    public void AddFailure(int processId, string address, AgentClock? clock, string error)
    {
        string offset = clock is null ? "NULL" : Number(UnixTime.Nanoseconds(clock.Offset));
        string host = clock is null ? "NULL" : SqlText.Literal(clock.Host);
        File.Execute("INSERT INTO processes (process_id, host, agent, clock_offset_ns, truncated, error) VALUES ("
            + $"{Number(processId)}, {host}, {SqlText.Literal(address)}, {offset}, false, {SqlText.Literal(error)})");
    }

    /// <summary>Takes the clocks' offsets out of the times at which processes were frozen.</summary>
    public void ComputeSkew() => File.Execute(
        "UPDATE processes SET skew_ns = (epoch_us(captured_at) * 1000 - clock_offset_ns) - first.at FROM "
        + "(SELECT min(epoch_us(captured_at) * 1000 - clock_offset_ns) AS at FROM processes) first");

    /// <summary>When the first process was frozen, by our clock; null when none was.</summary>
    public DateTimeOffset? FirstFrozen()
    {
        const string sql = "SELECT coalesce(min(epoch_us(captured_at) * 1000 - clock_offset_ns), 0) FROM processes";
        long at = File.Number(sql);
        return at == 0 ? null : UnixTime.Of(at);
    }

    /// <summary>Whether a limit cut something in any process.</summary>
    public bool IsTruncated() => File.Number("SELECT count(*) FROM processes WHERE truncated") > 0;

    /// <summary>The row of the snapshot itself.</summary>
    public void AddSnapshot(CaptureOrder order, DateTimeOffset capturedAt, TimeSpan duration, string? error)
    {
        string at = capturedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture);
        File.Execute("INSERT INTO snapshots (snapshot_id, captured_at, spec_hash, program, environment, requested_by, "
            + "duration_ns, truncated, error) VALUES ("
            + $"{SqlText.Literal(order.SnapshotId)}, TIMESTAMPTZ '{at}', {Text(order.Spec.Merged.Hash)}, "
            + $"{Text(order.Program)}, {Text(order.Environment)}, {Text(order.RequestedBy)}, "
            + $"{Number(UnixTime.Nanoseconds(duration))}, "
            + $"(SELECT coalesce(bool_or(truncated), false) FROM processes), {Text(error)})");
    }

    /// <summary>Derives and completes the file.</summary>
    public DerivationOutcome Complete(CaptureOrder order, CancellationToken stop)
    {
        DerivationOutcome outcome = File.Derive(
            SpecDerivations.Of(order.Spec.Merged), DerivationLimits.Default, stop);
        File.Commit();
        return outcome;
    }

    /// <summary>Ends the file; without <see cref="Complete"/> nothing of it remains.</summary>
    public void Dispose()
    {
        try
        {
            File.Dispose();
        }
        catch (StoreException)
        {
            // It was never begun, and who waited for that knows.
        }
        turn.Dispose();
    }

    private static string Text(string? text) => string.IsNullOrEmpty(text) ? "NULL" : SqlText.Literal(text);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
