using System.Collections.Immutable;
using SideEye.Cli.Output;
using SideEye.GoRuntime.Functions;

namespace SideEye.Cli.Variables;

/// <summary>Bodies with their variables for people.</summary>
internal static class VariablesText
{
    private const int WordCount = (int)Availability.NotYetDeclared + 1;

    public static void Write(Stream output, ImmutableArray<BodyReport> reports)
    {
        using StreamWriter text = new(output);
        bool isFirst = true;
        foreach (BodyReport report in reports)
        {
            if (!isFirst)
                text.WriteLine();
            isFirst = false;
            Write(text, report);
        }
    }

    /// <summary>The word for a role.</summary>
    public static string Role(VariableRole role) => role switch
    {
        VariableRole.Parameter => "parameter",
        VariableRole.Result => "result",
        VariableRole.Captured => "captured",
        _ => "local",
    };

    private static void Write(StreamWriter text, BodyReport report)
    {
        FunctionBody body = report.Body;
        string title = body.IsInlined
            ? $"{body.Function}, inlined into {body.Container} ({body.InlineDepth} deep)"
            : body.Function;
        BodyPlace first = report.Places[0];
        text.WriteLine(PlainText.Clean($"{title} at 0x{body.Code[0].Low:x}, {first.File}:{first.Line}"));
        if (body.Variables.IsEmpty)
        {
            text.WriteLine("no variables");
            return;
        }
        List<string[]> rows = [["NAME", "TYPE", "ROLE", "ENTRY", "CALLS"]];
        foreach (GoVariable variable in body.Variables)
        {
            string entry = first.IsEntry ? BodyReport.Word(BodyReport.At(variable, first)) : "";
            rows.Add(
            [
                PlainText.Clean(variable.Name), PlainText.Clean(variable.Type.Name), Role(variable.Role), entry,
                Calls(report, variable),
            ]);
        }
        PlainText.WriteColumns(text, rows);
    }

    /// <summary>At how many calls it is available, and why not at the others.</summary>
    private static string Calls(BodyReport report, GoVariable variable)
    {
        int[] counts = new int[WordCount];
        foreach (BodyPlace place in report.Places)
        {
            if (!place.IsEntry)
                counts[(int)BodyReport.At(variable, place)]++;
        }
        List<string> found = [];
        for (int word = 0; word < WordCount; word++)
        {
            if (counts[word] > 0)
                found.Add($"{counts[word]} {BodyReport.Word((Availability)word)}");
        }

        return string.Join(", ", found);
    }
}
