using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;
using Google.Protobuf;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>The answer of a query as JSON, written as it comes: frames with columns and rows, then what there is to say
/// of it.</summary>
internal sealed class JsonAnswer : IQuerySink, IDisposable
{
    private const int FlushBytes = 64 << 10;

    private readonly PipeWriter output;
    private readonly Utf8JsonWriter json;
    private readonly List<Notice> notices = [];
    private bool isBegun;
    private bool isFrameOpen;

    /// <summary>Begins an answer.</summary>
    public JsonAnswer(PipeWriter output)
    {
        this.output = output;
        json = new Utf8JsonWriter(
            output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <inheritdoc/>
    public async ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop)
    {
        Begin();
        EndFrame();
        isFrameOpen = true;
        json.WriteStartObject();
        json.WriteString("name", header.Name);
        json.WriteStartArray("columns");
        foreach (Column column in header.Columns)
            Write(column);
        json.WriteEndArray();
        json.WriteStartArray("rows");
        // From here on a failure can only break the answer off, and everybody shall see that it did.
        await FlushAsync(stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RowsAsync(ByteString arrow, CancellationToken stop)
    {
        foreach (RecordBatch batch in ArrowRows.Decode(arrow, out _))
        {
            using (batch)
            {
                for (int row = 0; row < batch.Length; row++)
                {
                    json.WriteStartArray();
                    for (int column = 0; column < batch.ColumnCount; column++)
                        ArrowValues.Write(json, batch.Column(column), row);
                    json.WriteEndArray();
                    if (json.BytesPending > FlushBytes)
                        await FlushAsync(stop).ConfigureAwait(false);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Notice(Notice notice) => notices.Add(notice);

    /// <summary>Ends the answer.</summary>
    public async Task CompleteAsync(Trailer trailer, CancellationToken stop)
    {
        Begin();
        EndFrame();
        json.WriteEndArray();
        json.WriteString("snapshot_id", trailer.SnapshotId.Length == 0 ? null : trailer.SnapshotId);
        if (trailer.CapturedAtUnixNs == 0)
            json.WriteNull("captured_at");
        else
            json.WriteString("captured_at", UnixTime.Of(trailer.CapturedAtUnixNs).UtcDateTime);
        json.WriteString("executed_sql", trailer.ExecutedSql);
        json.WriteNumber("rows", trailer.Rows);
        json.WriteStartArray("notices");
        foreach (Notice notice in trailer.Notices.Concat(notices))
        {
            json.WriteStartObject();
            json.WriteString("severity", notice.Severity);
            json.WriteString("kind", notice.Kind);
            json.WriteString("text", notice.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await FlushAsync(stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();

    private void Begin()
    {
        if (isBegun)
            return;
        isBegun = true;
        json.WriteStartObject();
        json.WriteStartArray("frames");
    }

    private void EndFrame()
    {
        if (!isFrameOpen)
            return;
        isFrameOpen = false;
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(Column column)
    {
        json.WriteStartObject();
        json.WriteString("name", column.Name);
        json.WriteString("type", column.Type);
        json.WriteString("unit", Text(column.Unit));
        json.WriteString("identity", Text(column.Identity));
        json.WriteString("description", Text(column.Description));
        json.WriteEndObject();
    }

    private static string? Text(string text) => text.Length == 0 ? null : text;

    private async Task FlushAsync(CancellationToken stop)
    {
        json.Flush();
        await output.FlushAsync(stop).ConfigureAwait(false);
    }
}
