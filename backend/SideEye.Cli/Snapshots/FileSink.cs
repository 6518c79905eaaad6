using Apache.Arrow;
using SideEye.Capture.Rows;
using SideEye.Store;
using SideEye.Tables;

namespace SideEye.Cli.Snapshots;

/// <summary>A snapshot file as the place where rows go.</summary>
internal sealed class FileSink : ITableSink
{
    private readonly SnapshotFile file;

    private FileSink(SnapshotFile file) => this.file = file;

    /// <summary>Makes the tables that every snapshot has.</summary>
    public static FileSink Of(SnapshotFile file)
    {
        foreach ((string table, Schema schema) in SnapshotSchema.Tables)
            file.CreateTable(table, schema, textRepeats: true);
        foreach ((string table, Schema schema) in CaptureSchema.Tables)
            file.CreateTable(table, schema, textRepeats: true);
        return new FileSink(file);
    }

    /// <inheritdoc/>
    public void Declare(string table, Schema schema) => file.CreateTable(table, schema);

    /// <inheritdoc/>
    public void Append(string table, RecordBatch batch)
    {
        using (batch)
            file.Append(table, batch);
    }
}
