using Apache.Arrow;
using SideEye.Capture;
using SideEye.Capture.Rows;
using SideEye.Tables;
using SideEye.Spec.Model;
using SideEye.Target.Native;
using Xunit;

namespace SideEye.Host.Tests;

/// <summary>A frame as the tables tell it.</summary>
internal sealed record CapturedFrame(string Function, string? Package, string? File, int? Line, ulong? Pc,
    bool IsInlined);

/// <summary>A goroutine as the tables tell it, with its frames.</summary>
internal sealed record CapturedGoroutine
{
    public required long Id { get; init; }

    public required string? Status { get; init; }

    public required string? WaitReason { get; init; }

    public required long? WaitingForNs { get; init; }

    public required string? WaitingForSource { get; init; }

    public required bool IsSystem { get; init; }

    public required int? ThreadId { get; init; }

    public required long? ParentId { get; init; }

    public required string? CreatedBy { get; init; }

    public required string? CreatedAtFile { get; init; }

    public required int? CreatedAtLine { get; init; }

    /// <summary>Nanoseconds of CLOCK_MONOTONIC, which was read together with the clock on the wall.</summary>
    public required long? CreatedAfterNs { get; init; }

    public required long? CreatedBeforeNs { get; init; }

    public required string? StartFunction { get; init; }

    public required string? Labels { get; init; }

    public required string? TruncatedReason { get; init; }

    public required int? FrameCount { get; init; }

    public required IReadOnlyList<CapturedFrame> Frames { get; init; }

    public bool Has(string function) => Frames.Any(frame => frame.Function == function);
}

/// <summary>A snapshot read back from its record batches.</summary>
internal sealed class Captured : ITableSink
{
    /// <summary>A shared machine may take long to stop a thread; what is tested here is not how long.</summary>
    public static readonly CaptureLimits Patient = CaptureLimits.Default with { PauseMax = TimeSpan.FromSeconds(20) };

    private readonly List<RecordBatch> goroutineBatches = [];
    private readonly List<RecordBatch> frameBatches = [];
    private readonly List<RecordBatch> processBatches = [];

    public required IReadOnlyList<ProcessOutcome> Outcomes { get; set; }

    public IReadOnlyList<CapturedGoroutine> Goroutines { get; private set; } = [];

    public CapturedGoroutine this[long id] => Goroutines.Single(goroutine => goroutine.Id == id);

    public NativeSnapshotResult Result => Outcomes[0].Result!.Value;

    /// <summary>One process, captured once.</summary>
    public static async Task<Captured> TakeAsync(
        int pid, ReaderChoice reader = ReaderChoice.Bpf, CaptureLimits? limits = null, TimeSpan watch = default)
    {
        using BinaryCache binaries = new();
        GoProcess process = GoProcess.Open(pid, binaries);
        if (watch > TimeSpan.Zero)
            await WaitWatch.RunAsync([process], watch, 1_000_000, TimeProvider.System, default);
        return await TakeAsync([process], reader, limits);
    }

    public static async Task<Captured> TakeAsync(
        IReadOnlyList<GoProcess> processes, ReaderChoice reader = ReaderChoice.Bpf, CaptureLimits? limits = null)
    {
        Captured captured = new() { Outcomes = [] };
        Snapshotter snapshotter = new(limits ?? Patient, reader, CaptureSpec.Empty, new CapturePrograms());
        SnapshotOutcome outcome = await snapshotter
            .TakeAsync(processes, [], captured, default);
        captured.Outcomes = outcome.Processes;
        captured.Read();
        return captured;
    }

    public void Declare(string table, Apache.Arrow.Schema schema)
    {
    }

    public void Append(string table, RecordBatch batch)
    {
        switch (table)
        {
            case SnapshotSchema.GoroutinesTable:
                goroutineBatches.Add(batch);
                break;
            case SnapshotSchema.StackFramesTable:
                frameBatches.Add(batch);
                break;
            case SnapshotSchema.ProcessesTable:
                processBatches.Add(batch);
                break;
        }
    }

    /// <summary>A text column of the only row of processes.</summary>
    public string? ProcessText(string column) => ((StringArray)processBatches[0].Column(column)).GetString(0);

    private void Read()
    {
        Dictionary<long, List<CapturedFrame>> stacks = [];
        foreach (RecordBatch batch in frameBatches)
        {
            for (int row = 0; row < batch.Length; row++)
            {
                long id = Int64(batch, "stack_id", row)!.Value;
                if (!stacks.TryGetValue(id, out List<CapturedFrame>? frames))
                    stacks.Add(id, frames = []);
                Assert.Equal(frames.Count, Int32(batch, "frame_index", row));
                frames.Add(new CapturedFrame(
                    Text(batch, "function", row)!, Text(batch, "package", row), Text(batch, "file", row),
                    Int32(batch, "line", row), ((UInt64Array)batch.Column("pc")).GetValue(row), Bool(batch,
                        "is_inlined", row)));
            }
        }
        Goroutines = [.. goroutineBatches.SelectMany(batch => Enumerable.Range(0, batch.Length).Select(row => Row(
            batch, row, stacks)))];
    }

    private CapturedGoroutine Row(RecordBatch batch, int row, Dictionary<long, List<CapturedFrame>> stacks) =>
        new()
    {
        Id = Int64(batch, "goroutine_id", row)!.Value,
        Status = Text(batch, "status", row),
        WaitReason = Text(batch, "wait_reason", row),
        WaitingForNs = Int64(batch, "waiting_for_ns", row),
        WaitingForSource = Text(batch, "waiting_for_source", row),
        IsSystem = Bool(batch, "is_system", row),
        ThreadId = Int32(batch, "thread_id", row),
        ParentId = Int64(batch, "parent_goroutine_id", row),
        CreatedBy = Text(batch, "created_by", row),
        CreatedAtFile = Text(batch, "created_at_file", row),
        CreatedAtLine = Int32(batch, "created_at_line", row),
        CreatedAfterNs = Monotonic(batch, "created_after", row),
        CreatedBeforeNs = Monotonic(batch, "created_before", row),
        StartFunction = Text(batch, "start_function", row),
        Labels = Text(batch, "labels", row),
        TruncatedReason = Text(batch, "truncated_reason", row),
        FrameCount = Int32(batch, "frame_count", row),
        Frames = Int64(batch, "stack_id", row) is long id ? stacks[id] : [],
    };

    private static string? Text(RecordBatch batch, string column, int row) => ((StringArray)batch.Column(
        column)).GetString(row);

    private static long? Int64(RecordBatch batch, string column, int row) => ((Int64Array)batch.Column(
        column)).GetValue(row);

    private long? Monotonic(RecordBatch batch, string column, int row) =>
        ((TimestampArray)batch.Column(column)).GetValue(row) is { } microseconds
            ? (microseconds * 1000) - (long)(Result.RealtimeNs - Result.MonotonicNs) : null;

    private static int? Int32(RecordBatch batch, string column, int row) => ((Int32Array)batch.Column(
        column)).GetValue(row);

    private static bool Bool(RecordBatch batch, string column, int row) => ((BooleanArray)batch.Column(
        column)).GetValue(row)!.Value;
}
