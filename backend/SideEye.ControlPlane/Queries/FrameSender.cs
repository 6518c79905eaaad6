using Apache.Arrow;
using Google.Protobuf;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.ControlPlane.Queries;

/// <summary>Sends results as frames: cut into messages of a good size, within the limits of a frame.</summary>
/// <remarks>For one frame. Owns the batches that it is given.</remarks>
internal sealed class FrameSender(QueryContext context) : IDisposable
{
    private readonly List<RecordBatch> waiting = [];

    /// <summary>The batches that the pieces in <see cref="waiting"/> are of, the one that is being cut last.</summary>
    private readonly List<RecordBatch> owned = [];
    private FrameHeader? header;
    private long waitingBytes;
    private long waitingRows;
    private long sentBytes;

    /// <summary>Runs a query and sends its rows as one frame.</summary>
    /// <returns>How many rows were sent; a notice says when there are more.</returns>
    /// <exception cref="StoreException">The query is wrong or reached a limit.</exception>
    public async Task<long> SendAsync(string name, SnapshotReader reader, string sql)
    {
        using BatchResult result = reader.QueryBatches(sql, context.LimitsLeft(), context.Stop);
        header = new FrameHeader { Name = name };
        header.Columns.Add(ColumnMeaning.Of(result.Columns, result.Tables));
        RecordBatch? next = result.Next();
        long rows = 0;
        bool isCut = false;
        while (next is { } batch && rows < context.RowsMax)
        {
            long fit = Math.Min(batch.Length, context.RowsMax - rows);
            await AddAsync(batch, (int)fit).ConfigureAwait(false);
            rows += fit;
            isCut = fit < batch.Length;
            next = isCut ? null : result.Next();
        }
        isCut |= next is not null;
        next?.Dispose();
        if (isCut)
            TellCut(rows);
        await FlushAsync(rows == 0 ? result.Schema : null).ConfigureAwait(false);
        return rows;
    }

    /// <summary>Sends rows that were made here as one frame.</summary>
    public async Task<long> SendAsync(string name, IEnumerable<Column> columns, RecordBatch rows)
    {
        header = new FrameHeader { Name = name };
        header.Columns.Add(columns);
        await AddAsync(rows, rows.Length).ConfigureAwait(false);
        await FlushAsync(rows.Length == 0 ? rows.Schema : null).ConfigureAwait(false);
        return rows.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RecordBatch batch in owned)
            batch.Dispose();
        owned.Clear();
    }

    private void TellCut(long rows)
    {
        // An alert that is decided on some of the rows is decided wrongly.
        if (context.Request.Caller?.Origin == Origin.Alert)
        {
            throw new StoreException(StoreError.RowLimit,
                $"the query has more than {rows} rows; add LIMIT, or aggregate");
        }
        context.Notice("warning", "truncated",
            $"Only the first {rows} rows are here; add LIMIT, aggregate, or narrow the filters.");
    }

    private async ValueTask AddAsync(RecordBatch batch, int rows)
    {
        owned.Add(batch);
        int start = 0;
        long bytes = 0;
        for (int row = 0; row < rows; row++)
        {
            long more = BytesOf(batch, row);
            if (row > start && (bytes + more > context.Limits.BatchBytes || row - start == context.Limits.BatchRowsMax))
            {
                await AddPieceAsync(batch.Slice(start, row - start), bytes).ConfigureAwait(false);
                start = row;
                bytes = 0;
            }
            bytes += more;
        }
        if (rows == start)
            return;
        RecordBatch rest = start == 0 && rows == batch.Length ? batch : batch.Slice(start, rows - start);
        await AddPieceAsync(rest, bytes).ConfigureAwait(false);
    }

    private async ValueTask AddPieceAsync(RecordBatch piece, long bytes)
    {
        if (waiting.Count > 0 && (waitingBytes + bytes > context.Limits.BatchBytes
            || waitingRows + piece.Length > context.Limits.BatchRowsMax))
        {
            await FlushAsync(null).ConfigureAwait(false);
        }
        sentBytes += bytes;
        if (sentBytes > context.Limits.ResultBytesMax)
        {
            throw new StoreException(StoreError.ResultSize,
                $"the result has more than {context.Limits.ResultBytesMax >> 20} MiB; select fewer rows or columns");
        }
        waiting.Add(piece);
        waitingBytes += bytes;
        waitingRows += piece.Length;
    }

    /// <summary>Sends what waits; without rows the columns alone, when they are given.</summary>
    private async ValueTask FlushAsync(Schema? columns)
    {
        if (waiting.Count == 0)
        {
            if (columns is not null)
                await RowsAsync(ArrowRows.Encode(columns)).ConfigureAwait(false);
            return;
        }
        await RowsAsync(Together()).ConfigureAwait(false);
        foreach (RecordBatch sent in owned.SkipLast(1))
            sent.Dispose();
        owned.RemoveRange(0, owned.Count - 1);
        waiting.Clear();
        waitingBytes = 0;
        waitingRows = 0;
    }

    /// <summary>Sends rows, and before the first the header: a query that fails before leaves no half frame.</summary>
    private async ValueTask RowsAsync(ByteString rows)
    {
        if (header is not null)
        {
            context.HasBegun = true;
            await context.Sink.BeginFrameAsync(header, context.Stop).ConfigureAwait(false);
            header = null;
        }
        await context.Sink.RowsAsync(rows, context.Stop).ConfigureAwait(false);
    }

    /// <summary>All that waits as one message.</summary>
    private ByteString Together()
    {
        if (waiting.Count == 1)
            return ArrowRows.Encode(waiting[0]);
        IEnumerable<IArrowArray> columns = Enumerable.Range(0, waiting[0].ColumnCount).Select(column =>
            ArrowArrayConcatenator.Concatenate([.. waiting.Select(batch => batch.Column(column))]));
        using RecordBatch together = new(waiting[0].Schema, columns, (int)waitingRows);
        return ArrowRows.Encode(together);
    }

    private long BytesOf(RecordBatch batch, int row)
    {
        long bytes = 0;
        for (int column = 0; column < batch.ColumnCount; column++)
        {
            if (batch.Column(column) is not BinaryArray texts)
            {
                bytes += sizeof(long);
                continue;
            }
            int length = texts.GetValueLength(row);
            if (length > context.Limits.CellBytesMax)
            {
                throw new StoreException(StoreError.ResultSize,
                    $"a value of column {batch.Schema.GetFieldByIndex(column).Name} has {length} bytes, more than "
                    + $"{context.Limits.CellBytesMax}; shorten it, as with left(column, 1000)");
            }
            bytes += length + sizeof(int);
        }
        return bytes;
    }
}
