using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using SideEye.Store;

namespace SideEye.Cli.Output;

/// <summary>
/// CSV after RFC 4180: a header, CRLF at line ends, quotes where needed. NULL is an empty field, empty text is "".
/// </summary>
internal sealed class CsvRowWriter(Stream output, ImmutableArray<QueryColumn> columns) : RowWriter
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");

    private readonly StringBuilder line = new();

    protected override void Begin()
    {
        foreach (QueryColumn column in columns)
            Field(column.Name);
        EndLine();
    }

    protected override void WriteRow(QueryResult row)
    {
        for (int column = 0; column < columns.Length; column++)
            Field(ValueText.Of(row, column, columns[column]));
        EndLine();
    }

    protected override void End()
    {
    }

    private void Field(string? value)
    {
        if (value is { Length: 0 } || value.AsSpan().ContainsAny(NeedsQuotes))
            line.Append('"').Append(value!.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        else
            line.Append(value);
        line.Append(',');
    }

    private void EndLine()
    {
        line.Length = Math.Max(0, line.Length - 1);
        line.Append("\r\n");
        output.Write(Encoding.UTF8.GetBytes(line.ToString()));
        line.Clear();
    }
}
