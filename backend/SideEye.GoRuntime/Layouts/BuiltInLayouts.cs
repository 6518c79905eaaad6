using System.Globalization;

namespace SideEye.GoRuntime;

/// <summary>The embedded structure layouts: Layouts/layouts.tsv.</summary>
public static class BuiltInLayouts
{
    private const string WholeStructure = "()";
    private static readonly Lazy<BuiltInTable> Table = new(() => BuiltInTable.Load("layouts.tsv", keyColumns: 2));

    /// <summary>The versions in the table, such as <c>1.19 1.21 1.22</c>.</summary>
    public static string Versions => Table.Value.Versions;

    /// <summary>The structures of a version, or null when the table has no column for its minor version.</summary>
    public static IReadOnlyDictionary<string, RuntimeStructure>? For(GoVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        int column = Table.Value.ColumnOf(version);
        if (column < 0)
            return null;
        Dictionary<string, Dictionary<string, RuntimeField>> fields = new(StringComparer.Ordinal);
        Dictionary<string, int> sizes = new(StringComparer.Ordinal);
        foreach ((string[] row, string cell) in Table.Value.Cells(column))
        {
            RuntimeField place = Parse(cell);
            if (row[1] == WholeStructure)
            {
                sizes.Add(row[0], place.Size);
                continue;
            }
            if (!fields.TryGetValue(row[0], out Dictionary<string, RuntimeField>? places))
                fields.Add(row[0], places = new Dictionary<string, RuntimeField>(StringComparer.Ordinal));
            places.Add(row[1], place);
        }
        Dictionary<string, RuntimeStructure> structures = new(StringComparer.Ordinal);
        foreach ((string name, Dictionary<string, RuntimeField> places) in fields)
        {
            int? size = sizes.TryGetValue(name, out int known) ? known : null;
            structures.Add(name, new RuntimeStructure(name, size, places));
        }
        return structures;
    }

    private static RuntimeField Parse(string cell)
    {
        int colon = cell.IndexOf(':', StringComparison.Ordinal);
        return new RuntimeField(
            int.Parse(cell.AsSpan(0, colon), CultureInfo.InvariantCulture),
            int.Parse(cell.AsSpan(colon + 1), CultureInfo.InvariantCulture));
    }
}
