using System.Collections.Immutable;
using DuckDB.NET.Data;
using SideEye.Store.Sql;

namespace SideEye.Store;

/// <summary>
/// The columns of a query, and the query with those columns converted that are of types which only DuckDB has: what
/// leaves is numbers, text, times and JSON.
/// </summary>
/// <param name="Sql">The query to run.</param>
/// <param name="Columns">The columns that it then has.</param>
internal sealed record ResultShape(string Sql, ImmutableArray<BatchColumn> Columns)
{
    /// <summary>Describes and, where needed, wraps a query that was reviewed.</summary>
    /// <exception cref="StoreException">The query is wrong.</exception>
    public static ResultShape Of(DuckDBConnection connection, StatementText text)
    {
        string query = text.Run;
        if (text.IsExplain)
            return new ResultShape(query, [new("explain_key", "VARCHAR"), new("explain_value", "VARCHAR")]);
        List<(string Name, string Type)> columns = Describe(connection, query);
        if (columns.All(column => Converted(column.Type) is null))
            return new ResultShape(query, [.. columns.Select(column => new BatchColumn(column.Name, column.Type))]);
        IEnumerable<string> names = columns.Select((_, index) => $"c{index}");
        IEnumerable<string> values = columns.Select((column, index) => Value(column.Type, $"c{index}"));
        string wrapped =
            $"SELECT {string.Join(", ", values)} FROM (\n{query}\n) AS result({string.Join(", ", names)})";
        SqlStatements.RequireOne(connection, wrapped);
        return new ResultShape(
            wrapped,
            [.. columns.Select(column => new BatchColumn(column.Name, Converted(column.Type) ?? column.Type))]);
    }

    private static List<(string Name, string Type)> Describe(DuckDBConnection connection, string query)
    {
        using DuckDBCommand command = connection.CreateCommand();
        // Statements such as SHOW TABLES are described as what is in brackets.
        command.CommandText = $"DESCRIBE {query}";
        SqlToken first = SqlTokens.Of(query)[0];
        if (!first.IsWord("SELECT") && !first.IsWord("WITH"))
            command.CommandText = $"DESCRIBE SELECT * FROM (\n{query}\n)";
        SqlStatements.RequireOne(connection, command.CommandText);
        try
        {
            using DuckDBDataReader rows = command.ExecuteReader();
            List<(string, string)> columns = [];
            while (rows.Read())
                columns.Add((rows.GetString(0), rows.GetString(1)));
            return columns;
        }
        catch (DuckDBException e)
        {
            // A mistake is shown at its place in what was written.
            SqlStatements.RequireKnown(connection, query);
            throw DuckDbErrors.OnQuery(e);
        }
    }

    private static string Value(string type, string column) => Converted(type) switch
    {
        null => column,
        "JSON" => $"CAST(to_json({column}) AS VARCHAR)",
        string converted => $"CAST({column} AS {converted})",
    };

    /// <summary>The type that stands for one that cannot leave; null for one that can.</summary>
    private static string? Converted(string type)
    {
        if (type.EndsWith(']') || type.StartsWith("STRUCT", StringComparison.Ordinal)
            || type.StartsWith("MAP", StringComparison.Ordinal))
        {
            return "JSON";
        }
        if (type.StartsWith("DECIMAL", StringComparison.Ordinal))
            return "DOUBLE";
        return type switch
        {
            "BOOLEAN" or "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER"
                or "UBIGINT" or "FLOAT" or "DOUBLE" or "VARCHAR" or "JSON" or "TIMESTAMP"
                or "TIMESTAMP WITH TIME ZONE" => null,
            "HUGEINT" or "UHUGEINT" or "BIGNUM" => "DOUBLE",
            "DATE" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" => "TIMESTAMP",
            _ => "VARCHAR",
        };
    }
}

/// <summary>A column of a result in batches.</summary>
/// <param name="Name">As the SQL gives it; not necessarily unique.</param>
/// <param name="Type">DuckDB's name of its type; a JSON column is text.</param>
public sealed record BatchColumn(string Name, string Type);
