using System.Collections.Immutable;
using System.Text;

namespace SideEye.Store.Derivation;

/// <summary>Keeps in the file what was derived and what failed.</summary>
internal sealed class DerivationRecord(SpecSql sql)
{
    private readonly ImmutableArray<string>.Builder tables = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<DerivationError>.Builder errors = ImmutableArray.CreateBuilder<DerivationError>();
    private readonly SortedDictionary<string, List<string>> rows = new(StringComparer.Ordinal);
    private readonly StringBuilder comments = new();
    private int columns;
    private int links;

    /// <summary>What came of it so far.</summary>
    public DerivationOutcome Outcome => new(columns, tables.ToImmutable(), links, errors.ToImmutable());

    /// <summary>A derived table, or a column when there is one, failed.</summary>
    public void Failed(string table, string? column, string message)
    {
        errors.Add(new DerivationError(table, column, message));
        Add("derived_errors", $"{SqlTypes.Literal(table)}, {Text(column)}, {SqlTypes.Literal(message)}");
    }

    /// <summary>An extra column is there.</summary>
    public void Added(string table, ExtraColumn column, string type)
    {
        columns++;
        Add("derived_columns", $"{SqlTypes.Literal(table)}, {SqlTypes.Literal(column.Name)}, "
            + $"{SqlTypes.Literal(column.Sql)}, {SqlTypes.Literal(type)}");
    }

    /// <summary>A derived table is there.</summary>
    public void Made(DerivedTable table, string select)
    {
        tables.Add(table.Name);
        Add("derived_tables",
            $"{SqlTypes.Literal(table.Name)}, {Text(table.Description)}, {SqlTypes.Literal(select)}");
        // Together with all else at the end: a transaction of its own would take as long as making a small table.
        if (table.Description is not null)
        {
            comments.Append(
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
        Add("links",
            $"{id}, {ends}, {Text(link.Description)}, {(pairs is null ? "NULL" : pairs)}, {Text(error)}");
    }

    /// <summary>Writes all of it into the file.</summary>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    public void Write()
    {
        // A statement for each row would be planned for each row.
        IEnumerable<string> inserts = rows.Select(static table =>
            $"INSERT INTO {table.Key} VALUES {string.Join(", ", table.Value.Select(static row => $"({row})"))};");
        sql.RunTogether(string.Concat(inserts) + comments);
    }

    private void Add(string table, string row)
    {
        if (!rows.TryGetValue(table, out List<string>? of))
            rows.Add(table, of = []);
        of.Add(row);
    }

    private static string Text(string? text) => text is null ? "NULL" : SqlTypes.Literal(text);

    private static string List(ImmutableArray<string> names) =>
        $"[{string.Join(", ", names.Select(SqlTypes.Literal))}]::VARCHAR[]";
}
