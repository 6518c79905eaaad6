using System.Text.Json;
using SideEye.Cli.Output;
using SideEye.Store.Derivation;

namespace SideEye.Cli.Tables;

/// <summary>What deriving anew came to, for people or scripts.</summary>
internal sealed class DerivationReport(string file, DerivationOutcome outcome)
{
    /// <summary>Partial when some table, column or link failed: the rest is there.</summary>
    public int ExitCode => outcome.Errors.IsEmpty ? Cli.ExitCode.Done : Cli.ExitCode.Partial;

    /// <summary>What failed goes to stderr, one after the other.</summary>
    public void WriteErrors()
    {
        foreach (DerivationError error in outcome.Errors)
        {
            string place = PlainText.Clean(error.Column is null ? error.Table : $"{error.Table}.{error.Column}");
            // DuckDB shows the place below its message.
            string message = string.Join('\n', error.Message.Split('\n').Select(PlainText.Clean));
            Console.Error.WriteLine($"sideeye: {place}: {message}");
        }
    }

    /// <summary>What is there.</summary>
    public void WriteText(Stream output)
    {
        using StreamWriter text = new(output);
        text.WriteLine($"{file}: {outcome.Columns} extra columns, {outcome.Tables.Length} derived tables, "
            + $"{outcome.Links} links");
        foreach (string table in outcome.Tables)
            text.WriteLine($"    {PlainText.Clean(table)}");
    }

    /// <summary>An object with what is there and what failed.</summary>
    public void WriteJson(Stream output)
    {
        using Utf8JsonWriter json = new(output, JsonValues.Options);
        json.WriteStartObject();
        json.WriteString("file", file);
        json.WriteNumber("columns", outcome.Columns);
        json.WriteStartArray("tables");
        foreach (string table in outcome.Tables)
            json.WriteStringValue(table);
        json.WriteEndArray();
        json.WriteNumber("links", outcome.Links);
        json.WriteStartArray("errors");
        foreach (DerivationError error in outcome.Errors)
        {
            json.WriteStartObject();
            json.WriteString("table", error.Table);
            json.WriteString("column", error.Column);
            json.WriteString("error", error.Message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
