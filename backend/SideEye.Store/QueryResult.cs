using System.Collections.Immutable;
using System.Diagnostics;
using DuckDB.NET.Data;

namespace SideEye.Store;

/// <summary>The rows of a query, streamed: only a few thousand are in memory at a time.</summary>
/// <remarks>For one thread; dispose it before the next query of the same reader.</remarks>
public sealed class QueryResult : IDisposable
{
    private readonly RunningQuery query;
    private readonly DuckDBDataReader reader;

    internal QueryResult(DuckDBCommand command, QueryLimits limits, CancellationToken stop)
    {
        query = new RunningQuery(command, limits, stop);
        try
        {
            reader = query.Run(() =>
            {
                stop.ThrowIfCancellationRequested();
                return command.ExecuteReader();
            });
            Columns = ColumnsOf(reader);
        }
        catch (ArgumentException e)
        {
            // DuckDB.NET has no reader for a column's type, UNION for one.
            query.Dispose();
            throw new StoreException(
                StoreError.Sql, $"a column has a type that cannot be read, cast it to VARCHAR: {e.Message}", e);
        }
        catch
        {
            query.Dispose();
            throw;
        }
    }

    /// <summary>The columns, also when there are no rows.</summary>
    public ImmutableArray<QueryColumn> Columns { get; }

    /// <summary>Goes to the next row; false after the last.</summary>
    /// <exception cref="StoreException">The query failed on the way, or a limit was reached.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public bool Read()
    {
        if (!query.Run(reader.Read))
            return false;
        query.Count(1);
        return true;
    }

    /// <summary>Whether the value in the current row is NULL; the typed accessors need one that is not.</summary>
    public bool IsNull(int column) => reader.IsDBNull(column);

    /// <summary>The value of a column of kind <see cref="ColumnKind.Boolean"/>.</summary>
    public bool GetBoolean(int column) => reader.GetBoolean(column);

    /// <summary>The value of a column of kind <see cref="ColumnKind.Integer"/>.</summary>
    public long GetInt64(int column) => Columns[column].TypeName switch
    {
        "BigInt" => reader.GetInt64(column),
        "Integer" => reader.GetInt32(column),
        "SmallInt" => reader.GetInt16(column),
        "TinyInt" => reader.GetFieldValue<sbyte>(column),
        "UnsignedTinyInt" => reader.GetByte(column),
        "UnsignedSmallInt" => reader.GetFieldValue<ushort>(column),
        "UnsignedInteger" => reader.GetFieldValue<uint>(column),
        _ => throw new UnreachableException(Columns[column].TypeName),
    };

    /// <summary>The value of a column of kind <see cref="ColumnKind.UnsignedInteger"/>.</summary>
    public ulong GetUInt64(int column) => reader.GetFieldValue<ulong>(column);

    /// <summary>The value of a column of kind <see cref="ColumnKind.Float"/>.</summary>
    public double GetDouble(int column) =>
        Columns[column].TypeName == "Float" ? reader.GetFloat(column) : reader.GetDouble(column);

    /// <summary>The value of a column of kind <see cref="ColumnKind.Text"/>.</summary>
    public string GetText(int column) => reader.GetString(column);

    /// <summary>The value of a column of kind <see cref="ColumnKind.Time"/>, in UTC.</summary>
    /// <exception cref="StoreException">The value is infinite or outside the years 1 to 9999.</exception>
    public DateTime GetTime(int column)
    {
        try
        {
            return DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc);
        }
        catch (Exception e) when (BoxedValues.IsUnreadable(e))
        {
            throw BoxedValues.Unreadable(Columns[column], e);
        }
    }

    /// <summary>
    /// The value of any column, boxed: lists as <see cref="System.Collections.IEnumerable"/>, structs and maps as
    /// <see cref="System.Collections.IDictionary"/>, NULL as null.
    /// </summary>
    /// <exception cref="StoreException">The value has no form here, such as an interval of months.</exception>
    public object? GetValue(int column)
    {
        try
        {
            return reader.IsDBNull(column) ? null : BoxedValues.Read(reader, column);
        }
        catch (Exception e) when (BoxedValues.IsUnreadable(e))
        {
            throw BoxedValues.Unreadable(Columns[column], e);
        }
    }

    /// <summary>Ends the query, also in the middle of its rows.</summary>
    public void Dispose()
    {
        reader.Dispose();
        query.Dispose();
    }

    private static ImmutableArray<QueryColumn> ColumnsOf(DuckDBDataReader reader)
    {
        ImmutableArray<QueryColumn>.Builder columns = ImmutableArray.CreateBuilder<QueryColumn>(reader.FieldCount);
        for (int column = 0; column < reader.FieldCount; column++)
        {
            string type = reader.GetDataTypeName(column);
            columns.Add(new QueryColumn(reader.GetName(column), type, KindOf(type)));
        }
        return columns.MoveToImmutable();
    }

    private static ColumnKind KindOf(string type) => type switch
    {
        "Boolean" => ColumnKind.Boolean,
        "BigInt" or "Integer" or "SmallInt" or "TinyInt" => ColumnKind.Integer,
        "UnsignedTinyInt" or "UnsignedSmallInt" or "UnsignedInteger" => ColumnKind.Integer,
        "UnsignedBigInt" => ColumnKind.UnsignedInteger,
        "Float" or "Double" => ColumnKind.Float,
        "Varchar" => ColumnKind.Text,
        "Timestamp" or "TimestampTz" or "TimestampS" or "TimestampMs" or "TimestampNs" => ColumnKind.Time,
        _ => ColumnKind.Other,
    };
}
