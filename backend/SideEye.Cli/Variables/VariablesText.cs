using System.Collections.Immutable;
using SideEye.Cli.Output;
using SideEye.GoRuntime.Functions;
using Spectre.Console;

namespace SideEye.Cli.Variables;

/// <summary>Bodies with their variables for people.</summary>
internal static class VariablesText
{
    public static void Write(Stream output, ImmutableArray<BodyReport> reports)
    {
        using StreamWriter text = new(output);
        IAnsiConsole console = TextConsole.Over(text);
        bool isFirst = true;
        foreach (BodyReport report in reports)
        {
            if (!isFirst)
                console.WriteLine();
            isFirst = false;
            Write(console, report);
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

    private static void Write(IAnsiConsole console, BodyReport report)
    {
        FunctionBody body = report.Body;
        string title = body.IsInlined
            ? $"{body.Function}, inlined into {body.Container} ({body.InlineDepth} deep)"
            : body.Function;
        BodyPlace first = report.Places[0];
        console.Write(Cell($"{title} at 0x{body.Code[0].Low:x}, {first.File}:{first.Line}"));
        console.WriteLine();
        Table table = new Table().Border(TableBorder.None)
            .AddColumn("NAME").AddColumn("TYPE").AddColumn("ROLE").AddColumn("ENTRY").AddColumn("CALLS");
        foreach (GoVariable variable in body.Variables)
        {
            string entry = first.IsEntry ? BodyReport.Word(BodyReport.At(variable, first)) : "";
            table.AddRow(
                Cell(variable.Name), Cell(variable.Type.Name), Cell(Role(variable.Role)), Cell(entry),
                Cell(Calls(report, variable)));
        }

        if (body.Variables.IsEmpty)
            console.WriteLine("no variables");
        else
            console.Write(table);
    }

    /// <summary>At how many calls it is available, and why not at the others.</summary>
    private static string Calls(BodyReport report, GoVariable variable)
    {
        SortedDictionary<Availability, int> counts = [];
        foreach (BodyPlace place in report.Places)
        {
            if (place.IsEntry)
                continue;
            Availability availability = BodyReport.At(variable, place);
            counts[availability] = counts.GetValueOrDefault(availability) + 1;
        }

        return string.Join(", ", counts.Select(each => $"{each.Value} {BodyReport.Word(each.Key)}"));
    }

    private static Text Cell(string text) => new(PlainText.Clean(text));
}
