using System.Collections.Immutable;
using System.Text.Json;
using SideEye.Cli.Output;
using SideEye.GoRuntime.Functions;

namespace SideEye.Cli.Variables;

/// <summary>Bodies with their variables as JSON.</summary>
internal static class VariablesJson
{
    public static void Write(Stream output, ImmutableArray<BodyReport> reports)
    {
        using Utf8JsonWriter json = new(output, JsonValues.Options);
        json.WriteStartArray();
        foreach (BodyReport report in reports)
            Write(json, report);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, BodyReport report)
    {
        json.WriteStartObject();
        json.WriteString("function", report.Body.Function);
        json.WriteString("container", report.Body.Container);
        json.WriteNumber("inline_depth", report.Body.InlineDepth);
        json.WriteNumber("pc", report.Body.Code[0].Low);
        json.WriteStartArray("places");
        foreach (BodyPlace place in report.Places)
        {
            json.WriteStartObject();
            json.WriteNumber("pc", place.Pc);
            json.WriteString("kind", place.IsEntry ? "entry" : "call");
            json.WriteString("file", place.File);
            json.WriteNumber("line", place.Line);
            json.WriteString("callee", place.Callee);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("variables");
        foreach (GoVariable variable in report.Body.Variables)
            Write(json, report, variable);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, BodyReport report, GoVariable variable)
    {
        json.WriteStartObject();
        json.WriteString("name", variable.Name);
        json.WriteString("type", variable.Type.Name);
        json.WriteNumber("size", variable.Type.Size);
        json.WriteString("role", VariablesText.Role(variable.Role));
        json.WriteBoolean("escaped", variable.IsEscaped);
        json.WriteNumber("line", variable.DeclarationLine);
        json.WriteStartArray("availability");
        foreach (BodyPlace place in report.Places)
            json.WriteStringValue(BodyReport.Word(BodyReport.At(variable, place)));
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
