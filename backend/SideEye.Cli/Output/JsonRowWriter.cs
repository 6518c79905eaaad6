using System.Collections.Immutable;
using System.Text.Json;
using SideEye.Store;

namespace SideEye.Cli.Output;

/// <summary>
/// An array with one object a row, a row a line. Numbers of 64 bits and more are JSON numbers in full, times are
/// ISO 8601 in UTC, NULL is null. A column name that occurs twice gets _1, _2, ... appended.
/// </summary>
internal sealed class JsonRowWriter : RowWriter
{
    private readonly Stream output;
    private readonly JsonEncodedText[] names;
    private readonly ImmutableArray<QueryColumn> columns;
    private bool isFirst = true;

    public JsonRowWriter(Stream output, ImmutableArray<QueryColumn> columns)
    {
        this.output = output;
        this.columns = columns;
        names = [.. UniqueNames(columns).Select(name => JsonEncodedText.Encode(name, JsonValues.Options.Encoder))];
    }

    protected override void Begin() => output.Write("["u8);

    protected override void WriteRow(QueryResult row)
    {
        output.Write(isFirst ? "\n"u8 : ",\n"u8);
        isFirst = false;
        using Utf8JsonWriter json = new(output, JsonValues.Options);
        json.WriteStartObject();
        for (int column = 0; column < names.Length; column++)
        {
            json.WritePropertyName(names[column]);
            JsonValues.Write(json, row, column, columns[column]);
        }
        json.WriteEndObject();
    }

    protected override void End() => output.Write(isFirst ? "]\n"u8 : "\n]\n"u8);

    private static IEnumerable<string> UniqueNames(ImmutableArray<QueryColumn> columns)
    {
        HashSet<string> taken = [.. columns.Select(column => column.Name)];
        HashSet<string> seen = [];
        foreach (QueryColumn column in columns)
        {
            string name = column.Name;
            for (int suffix = 1; !seen.Add(name); suffix++)
            {
                string candidate = $"{column.Name}_{suffix}";
                if (taken.Add(candidate))
                    name = candidate;
            }
            yield return name;
        }
    }
}
