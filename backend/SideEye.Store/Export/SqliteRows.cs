using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SideEye.Store.Export;

/// <summary>Appends rows of a query to an SQLite table with one prepared statement, without boxing.</summary>
internal sealed class SqliteRows : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly sqlite3_stmt statement;

    /// <summary>Prepares an INSERT with a question mark for each column.</summary>
    public SqliteRows(SqliteConnection connection, string insert)
    {
        this.connection = connection;
        Check(raw.sqlite3_prepare_v2(connection.Handle, insert, out statement), raw.SQLITE_OK);
    }

    /// <summary>Appends the current row of <paramref name="row"/>.</summary>
    /// <exception cref="SqliteException">SQLite could not take it.</exception>
    public void Append(QueryResult row)
    {
        for (int column = 0; column < row.Columns.Length; column++)
            Check(Bind(row, column), raw.SQLITE_OK);
        Check(raw.sqlite3_step(statement), raw.SQLITE_DONE);
        Check(raw.sqlite3_reset(statement), raw.SQLITE_OK);
    }

    /// <inheritdoc/>
    public void Dispose() => statement.Dispose();

    private int Bind(QueryResult row, int column)
    {
        int index = column + 1;
        if (row.IsNull(column))
            return raw.sqlite3_bind_null(statement, index);
        switch (row.Columns[column].Kind)
        {
            case ColumnKind.Boolean: return raw.sqlite3_bind_int64(statement, index, row.GetBoolean(column) ? 1 : 0);
            case ColumnKind.Integer: return raw.sqlite3_bind_int64(statement, index, row.GetInt64(column));
            case ColumnKind.UnsignedInteger:
                ulong number = row.GetUInt64(column);
                return number <= long.MaxValue
                    ? raw.sqlite3_bind_int64(statement, index, (long)number)
                    : raw.sqlite3_bind_text(statement, index, number.ToString(CultureInfo.InvariantCulture));
            case ColumnKind.Float:
                double value = row.GetDouble(column);
                // SQLite makes NULL of NaN, which would say unknown.
                return double.IsNaN(value)
                    ? raw.sqlite3_bind_text(statement, index, "NaN")
                    : raw.sqlite3_bind_double(statement, index, value);
            default: return raw.sqlite3_bind_text(statement, index, row.GetText(column));
        }
    }

    private void Check(int result, int expected)
    {
        if (result != expected)
            SqliteException.ThrowExceptionForRC(result, connection.Handle);
    }
}
