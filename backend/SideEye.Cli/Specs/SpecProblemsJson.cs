using System.Collections.Immutable;
using System.Text.Json;
using SideEye.Spec.Reading;

namespace SideEye.Cli.Specs;

/// <summary>The problems of a check for scripts: an array of objects.</summary>
internal static class SpecProblemsJson
{
    public static void Write(Stream output, ImmutableArray<SpecProblem> problems)
    {
        using (Utf8JsonWriter json = new(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (SpecProblem problem in problems)
            {
                json.WriteStartObject();
                json.WriteString("file", problem.At.File);
                json.WriteNumber("line", problem.At.Line);
                json.WriteNumber("column", problem.At.Column);
                json.WriteString("message", problem.Message);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        output.WriteByte((byte)'\n');
    }
}
