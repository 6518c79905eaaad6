using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;

namespace SideEye.Store.Sql;

/// <summary>
/// Decides whether a statement may run: one query that only reads, and names only what <see cref="StatementRules"/>
/// allow. DuckDB's own parser reads it; what it says is walked as a tree.
/// </summary>
internal sealed class StatementReview
{
    /// <summary>Far above what DuckDB's own limit on the depth of expressions lets through.</summary>
    private const int DepthMax = 20_000;

    private readonly ImmutableArray<NamedTable>.Builder tables = ImmutableArray.CreateBuilder<NamedTable>();
    private readonly Stack<Node> open = new();
    private readonly ExpressionCost cost;
    private double multiplied = 1;

    private StatementReview(StoreLimits limits) => cost = new ExpressionCost(limits.SqlExpressionsMax);

    /// <summary>A part of the tree.</summary>
    /// <param name="Element">The part.</param>
    /// <param name="Depth">Expressions that it is in.</param>
    /// <param name="Level">Subqueries and lambdas among them.</param>
    private readonly record struct Node(JsonElement Element, int Depth, int Level);

    /// <summary>Reviews a query.</summary>
    /// <param name="connection">Any connection; the query is only parsed.</param>
    /// <param name="sql">The query; EXPLAIN may precede it.</param>
    /// <param name="limits">How long it may be.</param>
    /// <returns>What runs.</returns>
    /// <exception cref="StoreException">It may not run; why is said.</exception>
    public static ReviewedQuery Of(DuckDBConnection connection, string sql, StoreLimits limits)
    {
        if (sql.Length > limits.SqlCharactersMax)
        {
            throw Refused($"the query has {sql.Length} characters, more than {limits.SqlCharactersMax}");
        }
        StatementText text = StatementText.Of(sql, limits.SqlNestingMax);
        using JsonDocument parsed = Parse(connection, text.Judged);
        JsonElement root = parsed.RootElement;
        if (root.GetProperty("error").GetBoolean())
            throw Problem(connection, text.Judged, root);
        JsonElement statements = root.GetProperty("statements");
        if (statements.GetArrayLength() != 1)
        {
            throw Refused(statements.GetArrayLength() == 0 ? "the query is empty"
                : $"one statement at a time; the query has {statements.GetArrayLength()}");
        }
        SqlStatements.RequireOne(connection, text.Run);
        StatementReview review = new(limits);
        review.Walk(statements[0]);
        return new ReviewedQuery(text, review.tables.ToImmutable());
    }

    private static JsonDocument Parse(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT json_serialize_sql(CAST($1 AS VARCHAR))::VARCHAR";
        command.Parameters.Add(new DuckDBParameter(sql));
        try
        {
            string text = (string)command.ExecuteScalar()!;
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = DepthMax });
        }
        catch (DuckDBException e)
        {
            throw DuckDbErrors.OnQuery(e);
        }
        catch (JsonException e)
        {
            // Of a number that is beyond DOUBLE, DuckDB makes an infinity, for which JSON has no word.
            string message = e.Message.Contains("depth", StringComparison.Ordinal)
                ? "the query is nested too deeply"
                : "the query has a number that is too large for DOUBLE; infinity is written 'inf'::DOUBLE";
            throw new StoreException(StoreError.Sql, message, e);
        }
    }

    private static StoreException Problem(DuckDBConnection connection, string sql, JsonElement root)
    {
        string text = root.GetProperty("error_message").GetString() ?? "";
        if (root.GetProperty("error_type").GetString() != "not implemented")
            return Refused(ShownAtItsPlace(connection, sql) ?? text);
        bool isPivot = SqlTokens.Of(sql).Any(static token => token.IsWord("PIVOT"));
        return Refused(isPivot
            ? "PIVOT needs the values of its columns here: PIVOT ... ON column IN (...)"
            : "only queries may run here: SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES and EXPLAIN");
    }

    /// <summary>The parser's message with the line and a mark below the place, which splitting gives.</summary>
    private static string? ShownAtItsPlace(DuckDBConnection connection, string sql)
    {
        SqlStatements.Count(connection, sql, out string? problem);
        return problem;
    }

    private void Walk(JsonElement statement)
    {
        open.Push(new Node(statement, 0, 0));
        while (open.TryPop(out Node node))
        {
            if (node.Element.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement each in node.Element.EnumerateArray())
                    open.Push(node with { Element = each });
            }
            else if (node.Element.ValueKind == JsonValueKind.Object)
            {
                Visit(node);
            }
        }
    }

    private void Visit(Node at)
    {
        JsonElement node = at.Element;
        string expression = Text(node, "class");
        if (expression.Length > 0)
        {
            at = at with { Depth = at.Depth + 1, Level = at.Level + (expression is "SUBQUERY" or "LAMBDA" ? 1 : 0) };
            cost.Add(at.Depth, at.Level);
        }
        if (expression == "PARAMETER")
            throw Refused(SqlStatements.ParametersRefused);
        string type = Text(node, "type");
        if (type == "BASE_TABLE")
            VisitTable(node);
        if (type == "TABLE_FUNCTION" && node.TryGetProperty("function", out JsonElement function))
        {
            VisitTableFunction(function);
            open.Push(at with { Element = function.GetProperty("children") });
            return;
        }
        if (node.TryGetProperty("function_name", out JsonElement name))
            VisitFunction(node, name.GetString() ?? "");
        foreach (JsonProperty property in node.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                open.Push(at with { Element = property.Value });
        }
    }

    private void VisitTable(JsonElement node)
    {
        NamedTable table = new(Text(node, "catalog_name"), Text(node, "schema_name"), Text(node, "table_name"));
        if (StatementRules.RefusedTables.Contains(table.Name))
            throw Refused($"{table.Name} is not available here; DESCRIBE and SHOW TABLES say what there is");
        tables.Add(table);
    }

    private static void VisitTableFunction(JsonElement function)
    {
        string name = Text(function, "function_name");
        if (!StatementRules.TableFunctions.Contains(name))
        {
            throw Refused($"the table function {name} is not available here, where only the snapshot can be read; "
                + $"available are {string.Join(", ", StatementRules.TableFunctions.Order(StringComparer.Ordinal))}");
        }
    }

    private void VisitFunction(JsonElement node, string name)
    {
        if (StatementRules.RefusedFunctions.Contains(name))
            throw Refused($"the function {name} is not available here, where only the snapshot can be read");
        if (!node.TryGetProperty("children", out JsonElement arguments))
            return;
        if (StatementRules.Multipliers.TryGetValue(name, out int index))
            Multiply(name, arguments, index);
        if (StatementRules.Formatters.Contains(name))
            RequireNarrow(name, arguments);
        if (TextPatterns.HasPattern(name) && arguments.GetArrayLength() > 1 && Constant(arguments[1]) is
            { ValueKind: JsonValueKind.String } pattern)
        {
            TextPatterns.Require(name, pattern.GetString()!);
        }
    }

    private void Multiply(string name, JsonElement arguments, int index)
    {
        int at = 0;
        foreach (JsonElement argument in arguments.EnumerateArray())
        {
            if (index >= 0 && at++ != index)
                continue;
            if (Number(argument) is not double number)
            {
                throw Refused($"{name}() takes only plain numbers here"
                    + (index < 0 ? ", except as a table: FROM range(...)" : ", for the length"));
            }
            double size = Math.Abs(number);
            multiplied *= size > StatementRules.MultipliedMin ? size : 1;
        }
        if (multiplied > StatementRules.MultipliedMax)
        {
            throw Refused(string.Create(CultureInfo.InvariantCulture,
                $"the query makes texts or lists that are too long with {name}(); use smaller numbers, or a table "
                + $"function: FROM range(...) (the limit is {StatementRules.MultipliedMax:0})"));
        }
    }

    private static void RequireNarrow(string name, JsonElement arguments)
    {
        string format = arguments.GetArrayLength() > 0 ? arguments[0].GetRawText() : "";
        bool isConstant = arguments.GetArrayLength() > 0 && Text(arguments[0], "type") == "VALUE_CONSTANT";
        int digits = 0;
        foreach (char c in isConstant && arguments[0].TryGetProperty("value", out JsonElement value)
            ? value.ToString() : format)
        {
            digits = char.IsAsciiDigit(c) ? digits + 1 : 0;
            if (digits > StatementRules.WidthDigitsMax)
                throw Refused($"{name}() cannot have widths of more than {StatementRules.WidthDigitsMax} digits here");
        }
        if (!isConstant || Text(arguments[0], "type").Length == 0 || format.Contains('*', StringComparison.Ordinal))
            throw Refused($"{name}() takes only a plain text as its format here");
    }

    /// <summary>The number that an expression is; null when it is more than a number.</summary>
    private static double? Number(JsonElement expression) =>
        Constant(expression) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>The value of a constant; null of all else.</summary>
    private static JsonElement? Constant(JsonElement expression) =>
        Text(expression, "type") == "VALUE_CONSTANT"
            && expression.GetProperty("value").TryGetProperty("value", out JsonElement value) ? value : null;

    private static string Text(JsonElement node, string property) =>
        node.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";

    private static StoreException Refused(string why) => new(StoreError.Sql, why);
}
