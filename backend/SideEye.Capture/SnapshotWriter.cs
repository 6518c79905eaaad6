using SideEye.Capture.Frames;
using SideEye.Capture.Rows;
using SideEye.Probes.Plan;
using SideEye.Tables;
using SideEye.Target.Native;

namespace SideEye.Capture;

/// <summary>Turns the records of any number of processes into the tables of one snapshot.</summary>
public sealed class SnapshotWriter
{
    private readonly CaptureLimits limits;
    private readonly TableBuilder snapshots;
    private readonly TableBuilder processes;
    private readonly TableBuilder goroutines;
    private readonly StackTable stacks;
    private readonly CapturedTables captured;
    private bool isTruncated;
    private string? firstError;

    /// <summary>A writer of one snapshot into <paramref name="sink"/>.</summary>
    public SnapshotWriter(ITableSink sink, CaptureLimits limits)
    {
        this.limits = limits;
        snapshots = new(SnapshotSchema.SnapshotsTable, SnapshotSchema.Snapshots, sink);
        processes = new(SnapshotSchema.ProcessesTable, SnapshotSchema.Processes, sink);
        goroutines = new(SnapshotSchema.GoroutinesTable, SnapshotSchema.Goroutines, sink);
        stacks = new(sink);
        captured = new(sink);
    }

    /// <summary>Decodes a captured process and writes its rows.</summary>
    /// <returns>Goroutines written.</returns>
    public int Write(ProcessRecords records)
    {
        StackTable.BinaryStacks ofBinary =
            stacks.For(records.Binary, limits.StackFramesMax, records.Capture?.Bound.Plan);
        using GoroutineDecoder decoder = new(records, limits, ofBinary, goroutines, captured);
        decoder.Decode();
        string? problem = TruncationText.Of(records.Result);
        if (problem is null && decoder.UnreadableCount > 0)
            problem = $"{decoder.UnreadableCount} goroutines could not be read (their memory was not accessible)";
        bool isCut = records.Result.Truncated != 0 || decoder.UnreadableCount > 0;
        ProcessFacts facts = records.Facts with { Error = records.Facts.Error ?? problem };
        WriteProcess(facts, records.Result, decoder.Count, isCut);
        return decoder.Count;
    }

    /// <summary>Makes the function tables of a plan known, without rows.</summary>
    public void Declare(CapturePlan plan)
    {
        foreach (FunctionTable table in plan.Tables)
            captured.For(table);
    }

    /// <summary>Writes the row of a process that could not be captured.</summary>
    public void WriteFailed(ProcessFacts facts) => WriteProcess(facts, null, null, isCut: true);

    /// <summary>Writes the snapshot's own row and hands on everything.</summary>
    public void Finish(SnapshotFacts facts)
    {
        snapshots.Text(facts.SnapshotId).Time(facts.CapturedAt).Text(facts.SpecHash).Text(facts.Program)
            .Text(facts.Environment).Text(facts.RequestedBy).Int64(facts.Duration.Ticks * TimeSpan.NanosecondsPerTick)
            .Bool(isTruncated).Text(firstError).EndRow();
        snapshots.Flush();
        Flush();
    }

    /// <summary>Hands on every row that was written, without a row of the snapshot's own.</summary>
    public void Flush()
    {
        processes.Flush();
        goroutines.Flush();
        stacks.Flush();
        captured.Flush();
    }

    // What only the control plane knows is left to it: the agent's address, the clocks, the skew.
    private void WriteProcess(ProcessFacts facts, NativeSnapshotResult? result, int? goroutineCount, bool isCut)
    {
        isTruncated |= isCut;
        firstError ??= facts.Error is null ? null : $"pid {facts.Pid}: {facts.Error}";
        processes.Int32(facts.ProcessId).Text(facts.Host).Text(null).Int32(facts.Pid).Text(facts.Program)
            .Text(facts.Environment).Text(facts.FriendlyName).Text(facts.ContainerId).Text(facts.Pod)
            .Text(facts.Executable).Text(facts.Binary?.BuildId).Text(facts.Binary?.Version.ToString())
            .Text(facts.Binary?.Architecture.GoName).Text(facts.Binary?.DebugInformation.ToString())
            .Text(result is null ? null : result.Value.Reader == (uint)NativeReader.VmRead ? "vmread" : "bpf")
            .Time(result is null ? null : DateTimeOffset.UnixEpoch.AddTicks((long)result.Value.RealtimeNs / 100))
            .Int64((long?)result?.MonotonicNs).Int64(null).Int64(null)
            .Int64((long?)result?.PauseNs).Int32(goroutineCount).Int32((int?)result?.Dead)
            .Int64((long?)result?.CapturedBytes).Bool(isCut).Text(facts.Error).EndRow();
    }
}

/// <summary>What is known of a snapshot as a whole: the row of <c>snapshots</c>.</summary>
/// <param name="SnapshotId">Its identity.</param>
/// <param name="CapturedAt">When the first process was asked to stop.</param>
/// <param name="Duration">From the request to the last row.</param>
public sealed record SnapshotFacts(string SnapshotId, DateTimeOffset CapturedAt, TimeSpan Duration)
{
    /// <summary>Hash of the spec; null without one.</summary>
    public string? SpecHash { get; init; }

    /// <summary>Program that was asked for.</summary>
    public string? Program { get; init; }

    /// <summary>Environment that was asked for.</summary>
    public string? Environment { get; init; }

    /// <summary>Who asked.</summary>
    public string? RequestedBy { get; init; }
}
