using Apache.Arrow;

namespace SideEye.Capture.Rows;

/// <summary>Where rows go: a snapshot file, or the wire.</summary>
public interface ITableSink
{
    /// <summary>Takes rows of a table; the sink owns the batch from then on.</summary>
    void Append(string table, RecordBatch batch);
}
