using System.Collections.Immutable;
using System.Text;

namespace SideEye.Store.Derivation;

/// <summary>Keeps in the file what was derived and what failed.</summary>
internal sealed class DerivationRecord(SpecSql sql)
{
    private readonly ImmutableArray<string>.Builder tables = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<DerivationError>.Builder errors = ImmutableArray.CreateBuilder<DerivationError>();
    private readonly StringBuilder pending = new();
    private int columns;
    private int links;

    /// <summary>What came of it so far.</summary>
    public DerivationOutcome Outcome => new(columns, tables.ToImmutable(), links, errors.ToImmutable());

    /// <summary>A derived table, or a column when there is one, failed.</summary>
    public void Failed(string table, string? column, string message)
    {
        errors.Add(new DerivationError(table, column, message));
        pending.Append($"INSERT INTO derived_errors VALUES ({SqlTypes.Literal(table)}, {Text(column)}, "
            + $"{SqlTypes.Literal(message)});");
    }

    /// <summary>An extra column is there.</summary>
    public void Added(string table, ExtraColumn column, string type)
    {
        columns++;
        pending.Append($"INSERT INTO derived_columns VALUES ({SqlTypes.Literal(table)}, "
            + $"{SqlTypes.Literal(column.Name)}, {SqlTypes.Literal(column.Sql)}, {SqlTypes.Literal(type)});");
    }

    /// <summary>A derived table is there.</summary>
    public void Made(DerivedTable table, string select)
    {
        tables.Add(table.Name);
        pending.Append($"INSERT INTO derived_tables VALUES ({SqlTypes.Literal(table.Name)}, {Text(table.Description)}, "
            + $"{SqlTypes.Literal(select)});");
        // Together with all else at the end: a transaction of its own would take as long as making a small table.
        if (table.Description is not null)
        {
            pending.Append(
                $"COMMENT ON TABLE {SqlTypes.Quote(table.Name)} IS {SqlTypes.Literal(table.Description)};");
        }
    }

    /// <summary>A link was matched, or why not.</summary>
    public void Linked(int id, TableLink link, long? pairs, string? error)
    {
        if (error is null)
            links++;
        else
            errors.Add(new DerivationError($"{link.From.Table} and {link.To.Table}", null, "link: " + error));
        string ends = $"{SqlTypes.Literal(link.From.Table)}, {List(link.From.Columns)}, "
            + $"{SqlTypes.Literal(link.To.Table)}, {List(link.To.Columns)}";
        pending.Append($"INSERT INTO links VALUES ({id}, {ends}, {Text(link.Description)}, "
            + $"{(pairs is null ? "NULL" : pairs)}, {Text(error)});");
    }

    /// <summary>Writes all of it into the file.</summary>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    public void Write() => sql.RunTogether(pending.ToString());

    private static string Text(string? text) => text is null ? "NULL" : SqlTypes.Literal(text);

    private static string List(ImmutableArray<string> names) =>
        $"[{string.Join(", ", names.Select(SqlTypes.Literal))}]::VARCHAR[]";
}
