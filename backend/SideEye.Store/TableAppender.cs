using Apache.Arrow;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using static DuckDB.NET.Native.NativeMethods;
using NativeAppender = DuckDB.NET.Native.DuckDBAppender;

namespace SideEye.Store;

/// <summary>
/// Appends record batches to one table through DuckDB's data chunks: a column at a time, no boxing, no row objects.
/// </summary>
internal sealed class TableAppender : IDisposable
{
    private static readonly int RowsPerChunk = (int)Helpers.DuckDBVectorSize();

    private readonly string table;
    private readonly string path;
    private readonly Schema schema;
    private readonly NativeAppender appender;
    private readonly DuckDBDataChunk chunk;
    private readonly nint[] vectors;

    /// <summary>Opens an appender on an existing table with exactly the columns of <paramref name="schema"/>.</summary>
    public TableAppender(DuckDBConnection connection, string path, string table, Schema schema)
    {
        this.table = table;
        this.path = path;
        this.schema = schema;
        DuckDBState state = Appender.DuckDBAppenderCreate(connection.NativeConnection, "main", table, out appender);
        Check(state);
        int columns = schema.FieldsList.Count;
        DuckDBLogicalType[] types = new DuckDBLogicalType[columns];
        nint[] handles = new nint[columns];
        try
        {
            for (int column = 0; column < columns; column++)
            {
                types[column] = Appender.DuckDBAppenderColumnType(appender, (ulong)column);
                handles[column] = types[column].DangerousGetHandle();
            }
            chunk = DataChunks.DuckDBCreateDataChunk(handles, (ulong)columns);
        }
        finally
        {
            foreach (DuckDBLogicalType? type in types)
                type?.Dispose();
        }
        vectors = new nint[columns];
    }

    /// <summary>Appends all rows of <paramref name="batch"/>.</summary>
    /// <exception cref="ArgumentException">The batch's columns are not the table's.</exception>
    /// <exception cref="StoreException">DuckDB could not take the rows.</exception>
    public void Append(RecordBatch batch)
    {
        RequireColumns(batch);
        for (int start = 0; start < batch.Length; start += RowsPerChunk)
        {
            int count = Math.Min(RowsPerChunk, batch.Length - start);
            for (int column = 0; column < vectors.Length; column++)
            {
                vectors[column] = DataChunks.DuckDBDataChunkGetVector(chunk, column);
                VectorWriter.Write(batch.Column(column), start, count, vectors[column]);
            }
            DataChunks.DuckDBDataChunkSetSize(chunk, (ulong)count);
            Check(Appender.DuckDBAppendDataChunk(appender, chunk));
            DataChunks.DuckDBDataChunkReset(chunk);
        }
    }

    /// <summary>Makes the rows appended so far visible to SQL.</summary>
    /// <exception cref="StoreException">DuckDB could not take the rows.</exception>
    public void Flush() => Check(Appender.DuckDBAppenderFlush(appender));

    /// <inheritdoc/>
    public void Dispose()
    {
        chunk.Dispose();
        appender.Dispose();
    }

    private void RequireColumns(RecordBatch batch)
    {
        int columns = schema.FieldsList.Count;
        if (batch.ColumnCount != columns)
            throw new ArgumentException($"Table {table} has {columns} columns, the batch {batch.ColumnCount}.");
        for (int column = 0; column < batch.ColumnCount; column++)
        {
            Field expected = schema.FieldsList[column];
            Field given = batch.Schema.FieldsList[column];
            if (given.Name != expected.Name
                || SqlTypes.NameOf(batch.Column(column).Data.DataType) != SqlTypes.NameOf(expected.DataType))
            {
                throw new ArgumentException(
                    $"Column {column} of table {table} is {expected.Name} {SqlTypes.NameOf(expected.DataType)}, "
                    + $"the batch's is {given.Name} {SqlTypes.NameOf(batch.Column(column).Data.DataType)}.");
            }
        }
    }

    private void Check(DuckDBState state)
    {
        if (state.IsSuccess())
            return;
        using DuckDBErrorData error = Appender.DuckDBAppenderErrorData(appender);
        throw new StoreException(StoreError.NotWritable, $"{path}: table {table} cannot be written: {error.Message}");
    }
}
