using System.Collections.Immutable;
using System.Text.Json;
using SideEye.Cli.Output;
using SideEye.Store;

namespace SideEye.Cli.Tables;

/// <summary>What a snapshot file holds: its tables with their rows and columns, and its views.</summary>
internal sealed class TableList
{
    private readonly ImmutableArray<(SnapshotTable Table, long? Rows)> tables;

    private TableList(ImmutableArray<(SnapshotTable Table, long? Rows)> tables) => this.tables = tables;

    /// <summary>Reads it from a file. Rows of views are not counted: they are computed, and may be very many.</summary>
    /// <exception cref="StoreException">It is no snapshot file.</exception>
    public static TableList Read(string file, CancellationToken stop)
    {
        using SnapshotReader reader = SnapshotReader.Open(file);
        return new TableList(
        [
            .. SnapshotTable.Of(reader, stop).Select(table =>
                (table, table.IsView ? (long?)null : table.CountRows(reader, QueryLimits.None, stop))),
        ]);
    }

    /// <summary>For people: a line for each table, with its columns below.</summary>
    public void WriteText(Stream output)
    {
        using StreamWriter text = new(output);
        foreach ((SnapshotTable table, long? rows) in tables)
        {
            string count = rows is null ? "view" : rows == 1 ? "1 row" : $"{rows} rows";
            text.WriteLine($"{PlainText.Clean(table.Name)} ({count})");
            foreach (SnapshotColumn column in table.Columns)
                text.WriteLine($"    {PlainText.Clean(column.Name)} {PlainText.Clean(column.Type)}");
        }
    }

    /// <summary>For scripts: an array of tables.</summary>
    public void WriteJson(Stream output)
    {
        using Utf8JsonWriter json = new(output, JsonValues.Options);
        json.WriteStartArray();
        foreach ((SnapshotTable table, long? rows) in tables)
        {
            json.WriteStartObject();
            json.WriteString("name", table.Name);
            json.WriteString("kind", table.IsView ? "view" : "table");
            if (rows is long count)
                json.WriteNumber("rows", count);
            else
                json.WriteNull("rows");
            json.WriteString("comment", table.Comment);
            json.WriteStartArray("columns");
            foreach (SnapshotColumn column in table.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("type", column.Type);
                json.WriteString("comment", column.Comment);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
