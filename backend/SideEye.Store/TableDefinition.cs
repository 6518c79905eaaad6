using System.Text;
using Apache.Arrow;

namespace SideEye.Store;

/// <summary>A table's columns and what is said about them, as SQL that makes it.</summary>
internal static class TableDefinition
{
    /// <summary>The statements.</summary>
    /// <param name="name">Of the table.</param>
    /// <param name="schema">Its columns.</param>
    /// <param name="textRepeats">As of <see cref="SnapshotFile.CreateTable"/>.</param>
    /// <exception cref="ArgumentException">A column's type cannot be stored.</exception>
    public static string Sql(string name, Schema schema, bool textRepeats)
    {
        StringBuilder sql = new();
        sql.Append("CREATE TABLE ").Append(SqlTypes.Quote(name)).Append(" (");
        for (int column = 0; column < schema.FieldsList.Count; column++)
        {
            Field field = schema.FieldsList[column];
            string type = SqlTypes.NameOf(field);
            sql.Append(column == 0 ? "" : ", ").Append(SqlTypes.Quote(field.Name)).Append(' ').Append(type)
                .Append(field.IsNullable ? "" : " NOT NULL")
                .Append(textRepeats && type == "VARCHAR" ? " USING COMPRESSION dictionary" : "");
        }
        sql.Append(");");
        if (CommentOf(schema.HasMetadata ? schema.Metadata : null) is string about)
            sql.Append($"COMMENT ON TABLE {SqlTypes.Quote(name)} IS {SqlTypes.Literal(about)};");
        foreach (Field field in schema.FieldsList)
        {
            if (CommentOf(field.HasMetadata ? field.Metadata : null) is string comment)
            {
                sql.Append($"COMMENT ON COLUMN {SqlTypes.Quote(name)}.{SqlTypes.Quote(field.Name)} IS ")
                    .Append(SqlTypes.Literal(comment)).Append(';');
            }
        }
        return sql.ToString();
    }

    private static string? CommentOf(IReadOnlyDictionary<string, string>? metadata) =>
        metadata is not null && metadata.TryGetValue(SnapshotFile.CommentKey, out string? comment) ? comment : null;
}
