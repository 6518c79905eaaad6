namespace SideEye.Store.Derivation;

/// <summary>A column as the file has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's type.</param>
/// <param name="IsNullable">Whether it may hold NULL.</param>
/// <param name="Comment">Its description.</param>
internal sealed record StoredColumn(string Name, string Type, bool IsNullable, string? Comment)
{
    /// <summary>SQL condition on DuckDB's catalogue functions: of the file itself.</summary>
    public const string Here = "database_name = current_database() AND schema_name = 'main'";

    /// <summary>The column in CREATE TABLE.</summary>
    public string Definition => $"{SqlTypes.Quote(Name)} {Type}{(IsNullable ? "" : " NOT NULL")}";

    /// <summary>Whether its values are JSON documents.</summary>
    public bool IsJson => Type == "JSON";

    /// <summary>The columns of a table, none when there is no such table.</summary>
    public static List<StoredColumn> Of(SpecSql sql, string table) =>
    [
        .. sql.Rows(
            $"SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE {Here} "
            + $"AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE {Here}) "
            + $"AND lower(table_name) = lower({SqlTypes.Literal(table)}) ORDER BY column_index")
            .Select(row => new StoredColumn((string)row[0]!, (string)row[1]!, (bool)row[2]!, (string?)row[3])),
    ];

    /// <summary>The statement that describes the column; empty without a description.</summary>
    public string CommentOn(string table) => Comment is null ? ""
        : $"COMMENT ON COLUMN {SqlTypes.Quote(table)}.{SqlTypes.Quote(Name)} IS {SqlTypes.Literal(Comment)};";
}
