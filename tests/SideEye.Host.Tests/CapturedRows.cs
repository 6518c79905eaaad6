using System.Globalization;
using Apache.Arrow;
using SideEye.Capture.Rows;

namespace SideEye.Host.Tests;

/// <summary>The rows of function tables as lines of text, without what differs from one snapshot to the next.</summary>
internal sealed class CapturedRows : ITableSink
{
    private readonly List<string> rows = [];

    private CapturedRows()
    {
    }

    /// <summary>How each process fared.</summary>
    public IReadOnlyList<ProcessOutcome> Outcomes { get; private set; } = [];

    /// <summary>Takes a snapshot from outside.</summary>
    public static async Task<CapturedRows> TakeAsync(
        IReadOnlyList<GoProcess> processes, Spec.Model.CaptureSpec spec, CapturePrograms programs)
    {
        CapturedRows rows = new();
        SnapshotOutcome outcome = await new Snapshotter(Captured.Patient, ReaderChoice.VmRead, spec, programs)
            .TakeAsync(processes, [], rows, default);
        rows.Outcomes = outcome.Processes;
        return rows;
    }

    /// <summary>The rows of a table.</summary>
    public IEnumerable<string> Of(string table) => rows.Where(
        row => row.StartsWith(table + ": ", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public void Declare(string table, Apache.Arrow.Schema schema)
    {
    }

    public void Append(string table, RecordBatch batch)
    {
        for (int row = 0; row < batch.Length; row++)
        {
            rows.Add($"{table}: " + string.Join(", ", batch.Schema.FieldsList.Select(
                (field, column) => $"{field.Name}={Text(batch.Column(column), row)}")));
        }
    }

    private static string? Text(IArrowArray column, int row) => column switch
    {
        StringArray text => text.GetString(row),
        Int32Array number => number.GetValue(row)?.ToString(CultureInfo.InvariantCulture),
        Int64Array number => number.GetValue(row)?.ToString(CultureInfo.InvariantCulture),
        _ => column.GetType().Name,
    };
}
