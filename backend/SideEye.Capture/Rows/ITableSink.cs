using Apache.Arrow;

namespace SideEye.Capture.Rows;

/// <summary>Where rows go: a snapshot file, or the wire.</summary>
public interface ITableSink
{
    /// <summary>Makes a table known, before its first rows; asked once for each table.</summary>
    void Declare(string table, Apache.Arrow.Schema schema);

    /// <summary>Takes rows of a table; the sink owns the batch from then on.</summary>
    void Append(string table, RecordBatch batch);
}
