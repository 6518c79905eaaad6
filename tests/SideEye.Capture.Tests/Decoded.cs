using Apache.Arrow;
using SideEye.Capture.Rows;
using SideEye.Tables;
using SideEye.Target.Native;

namespace SideEye.Capture.Tests;

/// <summary>The rows that a region of records became.</summary>
internal sealed class Decoded : ITableSink
{
    private readonly List<long> ids = [];

    /// <summary>Goroutines written.</summary>
    public int Goroutines { get; private set; }

    /// <summary>Their ids.</summary>
    public IReadOnlyList<long> Ids => ids;

    /// <summary>What the process's row says went wrong.</summary>
    public string? ProcessError { get; private set; }

    public static Decoded From(Zoo zoo, byte[] region)
    {
        Decoded decoded = new();
        SnapshotWriter writer = new(decoded, CaptureLimits.Default);
        decoded.Goroutines = writer.Write(new ProcessRecords
        {
            Facts = new ProcessFacts { ProcessId = 1, Pid = 4711, Binary = zoo.Binary },
            Binary = zoo.Binary,
            LoadBias = 0,
            Result = new NativeSnapshotResult { MonotonicNs = 1_000_000_000_000 },
            Regions = [region],
            LabelFormat = NativeLabelFormat.Slice,
        });
        writer.Finish(new SnapshotFacts("made-up", DateTimeOffset.UnixEpoch, TimeSpan.Zero));
        return decoded;
    }

    public void Declare(string table, Apache.Arrow.Schema schema)
    {
    }

    public void Append(string table, RecordBatch batch)
    {
        using (batch)
        {
            for (int row = 0; table == SnapshotSchema.GoroutinesTable && row < batch.Length; row++)
                ids.Add(((Int64Array)batch.Column("goroutine_id")).GetValue(row)!.Value);
            if (table == SnapshotSchema.ProcessesTable)
                ProcessError = ((StringArray)batch.Column("error")).GetString(0);
        }
    }
}
