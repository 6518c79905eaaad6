using SideEye.Store.Sql;

namespace SideEye.Store.Derivation;

/// <summary>An extra column's expression and type in DuckDB's words.</summary>
/// <param name="Value">The expression without shorthand.</param>
/// <param name="Type">The type to convert to, in words for people; null for none.</param>
internal sealed record TypedExpression(string Value, string? Type)
{
    /// <summary>The type of columns with moments.</summary>
    public const string TimestampNanos = "TIMESTAMP_NANOS";

    /// <summary>The type of columns with durations.</summary>
    public const string DurationNanos = "DURATION_NANOS";

    /// <summary>Of a column of the spec, over a table with these columns.</summary>
    /// <exception cref="StoreException">The type is none.</exception>
    public static TypedExpression Of(ExtraColumn column, IReadOnlySet<string> columns)
    {
        string? type = column.Type is null ? null : SqlTokens.WithoutEnd(column.Type);
        bool isJson = string.Equals(type, "JSON", StringComparison.OrdinalIgnoreCase);
        string value = PathShorthand.Expand(SqlTokens.WithoutEnd(column.Sql), columns, isJson);
        if (type is not null)
            RequireTypeName(type);
        return new TypedExpression(value, type);
    }

    /// <summary>The type that columns of NULLs have when the expression fails.</summary>
    public string TypeOfNulls => Converted("NULL");

    /// <summary>SQL that converts <paramref name="value"/> to the type, NULL where that is not possible.</summary>
    public string Converted(string value) => Type?.ToUpperInvariant() switch
    {
        null => value,
        TimestampNanos => $"go_time({value})",
        DurationNanos => $"go_duration_ns({value})",
        _ => $"TRY_CAST({value} AS {Type})",
    };

    /// <summary>Names, numbers, brackets and commas: BIGINT, DECIMAL(9, 2), INTEGER[].</summary>
    private static void RequireTypeName(string type)
    {
        int depth = 0;
        bool isName = false;
        foreach (SqlToken token in SqlTokens.Of(type))
        {
            depth += token.Text is "(" or "[" ? 1 : token.Text is ")" or "]" ? -1 : 0;
            isName = depth >= 0 && (token.IsName || token.Kind == SqlTokenKind.Number
                || token.Text is "(" or ")" or "[" or "]" || (token.Text == "," && depth > 0));
            if (!isName)
                break;
        }
        if (!isName || depth != 0)
            throw new StoreException(StoreError.Sql, $"{type} is no type");
    }
}
