using System.Collections.Immutable;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DuckDB.NET.Data;

namespace SideEye.Store;

/// <summary>The rows of a query as Arrow record batches, as DuckDB makes them: a few thousand rows at a time.</summary>
/// <remarks>For one thread; dispose it before the next query of the same reader.</remarks>
public sealed class BatchResult : IDisposable
{
    private readonly RunningQuery query;
    private readonly IArrowArrayStream batches;

    internal BatchResult(
        DuckDBCommand command, ImmutableArray<BatchColumn> columns, ImmutableArray<string> tables,
        QueryLimits limits, CancellationToken stop)
    {
        Columns = columns;
        Tables = tables;
        query = new RunningQuery(command, limits, stop);
        try
        {
            batches = query.Run(command.ExecuteArrowStream);
            Schema = new Schema(
                batches.Schema.FieldsList.Select((field, index) => Renamed(field, columns[index].Name)), null);
        }
        catch
        {
            query.Dispose();
            throw;
        }
    }

    /// <summary>The columns, also when there are no rows.</summary>
    public ImmutableArray<BatchColumn> Columns { get; }

    /// <summary>Names of the tables and views that the query names, in no particular order.</summary>
    public ImmutableArray<string> Tables { get; }

    /// <summary>The columns as Arrow has them.</summary>
    public Schema Schema { get; }

    /// <summary>The next rows; null after the last. Whoever takes them disposes of them.</summary>
    /// <exception cref="StoreException">The query failed on the way, or a limit was reached.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public RecordBatch? Next()
    {
        RecordBatch? batch = query.Run(() => batches.ReadNextRecordBatchAsync(CancellationToken.None)
            .AsTask().GetAwaiter().GetResult());
        if (batch is null)
            return null;
        query.Count(batch.Length);
        return new RecordBatch(Schema, batch.Arrays, batch.Length);
    }

    /// <summary>Ends the query, also in the middle of its rows.</summary>
    public void Dispose()
    {
        batches.Dispose();
        query.Dispose();
    }

    private static Field Renamed(Field field, string name) => new(name, field.DataType, nullable: true);
}
