using System.Collections.Immutable;
using System.Text;
using SideEye.Store;

namespace SideEye.Cli.Output;

/// <summary>
/// Columns side by side for people. Widths come from the first rows; later rows are written as they come, and one
/// that is wider only pushes its own line.
/// </summary>
internal sealed class TableRowWriter(Stream output, ImmutableArray<QueryColumn> columns, bool hasColours) : RowWriter
{
    private const int RowsMeasuredMax = 1_000;
    private const int WidthMax = 80;
    private const string Gap = "  ";
    private const string Bold = "\e[1m";
    private const string Plain = "\e[0m";

    private readonly int[] widths = new int[columns.Length];
    private readonly List<string[]> measured = [];
    private readonly StringBuilder line = new();
    private bool isMeasuring = true;
    private long rows;

    protected override void Begin()
    {
        for (int column = 0; column < columns.Length; column++)
            widths[column] = columns[column].Name.Length;
    }

    protected override void WriteRow(QueryResult row)
    {
        rows++;
        string[] cells = new string[columns.Length];
        for (int column = 0; column < cells.Length; column++)
            cells[column] = PlainText.Clean(ValueText.Of(row, column, columns[column]) ?? "NULL");
        if (!isMeasuring)
        {
            WriteCells(cells);
            return;
        }
        measured.Add(cells);
        if (measured.Count == RowsMeasuredMax)
            WriteMeasured();
    }

    protected override void End()
    {
        if (isMeasuring)
            WriteMeasured();
        WriteLine(rows == 1 ? "(1 row)" : $"({rows} rows)");
    }

    private void WriteMeasured()
    {
        isMeasuring = false;
        foreach (string[] cells in measured)
        {
            for (int column = 0; column < cells.Length; column++)
                widths[column] = Math.Min(WidthMax, Math.Max(widths[column], cells[column].Length));
        }
        if (hasColours)
            output.Write(Encoding.UTF8.GetBytes(Bold));
        WriteCells([.. columns.Select(column => PlainText.Clean(column.Name))]);
        if (hasColours)
            output.Write(Encoding.UTF8.GetBytes(Plain));
        WriteCells([.. widths.Select(width => new string('-', width))]);
        foreach (string[] cells in measured)
            WriteCells(cells);
        measured.Clear();
    }

    private void WriteCells(string[] cells)
    {
        line.Clear();
        for (int column = 0; column < cells.Length; column++)
        {
            bool isNumber = columns[column].Kind
                is ColumnKind.Integer or ColumnKind.UnsignedInteger or ColumnKind.Float;
            line.Append(column == 0 ? "" : Gap)
                .Append(isNumber ? cells[column].PadLeft(widths[column]) : cells[column].PadRight(widths[column]));
        }
        WriteLine(line.ToString().TrimEnd());
    }

    private void WriteLine(string text) => output.Write(Encoding.UTF8.GetBytes(text + '\n'));
}
