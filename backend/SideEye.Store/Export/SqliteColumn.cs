namespace SideEye.Store.Export;

/// <summary>How SQLite, with its five types, holds a column of DuckDB.</summary>
/// <param name="Name">The column.</param>
/// <param name="Select">SQL for DuckDB that gives a number, a boolean or text.</param>
/// <param name="Affinity">SQLite's declared type.</param>
internal sealed record SqliteColumn(string Name, string Select, string Affinity)
{
    /// <summary>The column's form.</summary>
    public static SqliteColumn Of(SnapshotColumn column)
    {
        string name = SqlTypes.Quote(column.Name);
        return column.Type switch
        {
            "BOOLEAN" or "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" =>
                new SqliteColumn(column.Name, name, "INTEGER"),
            // With a declared type SQLite would make floating-point numbers of those beyond its 63 bits.
            "UBIGINT" => new SqliteColumn(column.Name, name, ""),
            "FLOAT" or "DOUBLE" => new SqliteColumn(column.Name, name, "REAL"),
            "VARCHAR" => new SqliteColumn(column.Name, name, "TEXT"),
            "TIMESTAMP WITH TIME ZONE" or "TIMESTAMP" =>
                new SqliteColumn(column.Name, $"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')", "TEXT"),
            "TIMESTAMP_NS" => new SqliteColumn(column.Name, $"strftime({name}, '%Y-%m-%dT%H:%M:%S.%nZ')", "TEXT"),
            string type when IsNested(type) =>
                new SqliteColumn(column.Name, $"CAST(to_json({name}) AS VARCHAR)", "TEXT"),
            _ => new SqliteColumn(column.Name, $"CAST({name} AS VARCHAR)", "TEXT"),
        };
    }

    /// <summary>Lists, structs, maps, unions, which DuckDB's own text does not quote.</summary>
    private static bool IsNested(string type) =>
        type.EndsWith(']') || (type.EndsWith(')') && !type.StartsWith("DECIMAL(", StringComparison.Ordinal));
}
