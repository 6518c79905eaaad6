namespace SideEye.Store.Derivation;

/// <summary>A column as the file has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's type.</param>
/// <param name="IsNullable">Whether it may hold NULL.</param>
/// <param name="Comment">Its description.</param>
internal sealed record StoredColumn(string Name, string Type, bool IsNullable, string? Comment)
{
    /// <summary>The column in CREATE TABLE.</summary>
    public string Definition => $"{SqlTypes.Quote(Name)} {Type}{(IsNullable ? "" : " NOT NULL")}";

    /// <summary>Whether its values are JSON documents.</summary>
    public bool IsJson => Type == "JSON";

    /// <summary>The statement that describes the column; empty without a description.</summary>
    public string CommentOn(string table) => Comment is null ? ""
        : $"COMMENT ON COLUMN {SqlTypes.Quote(table)}.{SqlTypes.Quote(Name)} IS {SqlTypes.Literal(Comment)};";
}
