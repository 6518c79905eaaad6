using Apache.Arrow;
using Apache.Arrow.Types;
using DuckDB.NET.Data;
using SideEye.Tables;
using SideEye.Spec.Model;

namespace SideEye.Spec.Tests;

/// <summary>A snapshot's tables and the function tables of a spec, empty, in memory.</summary>
internal sealed class PackDatabase : IDisposable
{
    private static readonly string[] Numbers =
    [
        "cur_state", "local_port", "remote_port", "tls_local_port", "tls_remote_port", "stream_id", "content_length",
        "status", "written_bytes", "max_open", "num_open", "wait_count", "state", "duration_ns",
    ];

    private readonly DuckDBConnection connection = new("DataSource=:memory:");
    private readonly CaptureSpec spec;

    public PackDatabase(CaptureSpec spec)
    {
        this.spec = spec;
        connection.Open();
        foreach ((string name, Apache.Arrow.Schema schema) in SnapshotSchema.Tables)
        {
            IEnumerable<string> columns = schema.FieldsList.Select(static field => $"{field.Name} {Type(field)}");
            Run($"CREATE TABLE {name} ({string.Join(", ", columns)})");
        }
        Run(SnapshotSchema.Views);
        foreach (FunctionSpec function in spec.Functions)
        {
            IEnumerable<string> columns = function.Captures.Select(static each =>
                $"{each.Column} {(Numbers.Contains(each.Column) ? "BIGINT" : "VARCHAR")}, raw_{each.Column} JSON");
            Run($"CREATE TABLE captured_{function.Table} (process_id INTEGER, goroutine_id BIGINT, "
                + $"frame_index INTEGER, {string.Join(", ", columns)})");
        }
    }

    public void Row(string table, Dictionary<string, object> values, int frame = 0) => Run(
        $"INSERT INTO captured_{table} (process_id, goroutine_id, frame_index, {string.Join(", ", values.Keys)}) "
        + $"VALUES (1, 7, {frame}, {string.Join(", ", values.Values.Select(static value => $"'{value}'"))})");

    /// <summary>Adds the extra columns and the derived tables.</summary>
    public void Derive()
    {
        foreach (FunctionSpec function in spec.Functions)
        {
            IEnumerable<string> extra = function.Columns.Select(static column =>
                $", CAST(({column.Sql}) AS {column.Type ?? "VARCHAR"}) AS {column.Name}");
            Run($"CREATE VIEW {function.Table} AS SELECT *{string.Concat(extra)} FROM captured_{function.Table}");
        }
        foreach (TableSpec table in spec.Tables)
        {
            Run($"CREATE TABLE {table.Name} AS "
                + string.Join(" UNION ALL BY NAME ", table.Sources.Select(static source => $"({source.Sql})")));
        }
    }

    public void Run(string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public string? Ask(string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }

    public void Dispose() => connection.Dispose();

    private static string Type(Field field) => field.DataType switch
    {
        StringType => "VARCHAR",
        BooleanType => "BOOLEAN",
        TimestampType => "TIMESTAMPTZ",
        UInt64Type => "UBIGINT",
        Int32Type => "INTEGER",
        _ => "BIGINT",
    };
}
