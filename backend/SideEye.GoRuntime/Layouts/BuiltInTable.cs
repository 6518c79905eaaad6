using System.Globalization;

namespace SideEye.GoRuntime;

/// <summary>A tab-separated table embedded in this assembly: a column per Go minor version, comments with #.</summary>
internal sealed class BuiltInTable
{
    private const string Absent = "-";
    private readonly List<string[]> rows = [];
    private readonly string[] header;
    private readonly int keyColumns;

    private BuiltInTable(string[] lines, int keyColumns)
    {
        this.keyColumns = keyColumns;
        header = [];
        foreach (string line in lines)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] cells = line.Split('\t');
            if (header.Length == 0)
                header = cells;
            else if (cells.Length == header.Length)
                rows.Add(cells);
            else
                throw new InvalidDataException($"built-in table: row with {cells.Length} cells: {line}");
        }
    }

    /// <summary>The versions that have a column, for messages.</summary>
    public string Versions => string.Join(" ", header[keyColumns..]);

    /// <summary>Reads an embedded table whose first columns name the row.</summary>
    public static BuiltInTable Load(string resource, int keyColumns)
    {
        using Stream stream = typeof(BuiltInTable).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidDataException($"resource {resource} is missing from the assembly");
        using StreamReader reader = new(stream);
        return new BuiltInTable(reader.ReadToEnd().Split('\n'), keyColumns);
    }

    /// <summary>The column of a version, or -1.</summary>
    public int ColumnOf(GoVersion version) =>
        Array.IndexOf(header, string.Create(CultureInfo.InvariantCulture, $"{version.Major}.{version.Minor}"));

    /// <summary>The rows that have a cell in a column.</summary>
    public IEnumerable<(string[] Row, string Cell)> Cells(int column)
    {
        foreach (string[] row in rows)
        {
            if (row[column] != Absent)
                yield return (row, row[column]);
        }
    }
}
