using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Apache.Arrow;
using Google.Protobuf;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>The answer of a query as CSV (RFC 4180): a line of names, then the rows of the first frame.</summary>
internal sealed class CsvAnswer(PipeWriter output) : IQuerySink
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    private int frames;

    /// <inheritdoc/>
    public async ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop)
    {
        if (++frames > 1)
            return;
        await SendAsync(Line(header.Columns.Select(static one => one.Name)), stop).ConfigureAwait(false);
        // From here on a failure can only break the answer off, and everybody shall see that it did.
        await output.FlushAsync(stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RowsAsync(ByteString arrow, CancellationToken stop)
    {
        if (frames > 1)
            return;
        foreach (RecordBatch batch in ArrowRows.Decode(arrow, out _))
        {
            using (batch)
            {
                for (int row = 0; row < batch.Length; row++)
                {
                    int at = row;
                    await SendAsync(
                        Line(batch.Arrays.Select(column => ArrowValues.TextOf(column, at))), stop)
                        .ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>CSV has no place for it.</summary>
    public void Notice(Notice notice)
    {
    }

    private static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";

    private static string Cell(string text) => text.AsSpan().ContainsAny(Quoted)
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private async Task SendAsync(string text, CancellationToken stop)
    {
        Encoding.UTF8.GetBytes(text, output);
        if (output.CanGetUnflushedBytes && output.UnflushedBytes > 1 << 16)
            await output.FlushAsync(stop).ConfigureAwait(false);
    }
}
