using System.CommandLine;
using SideEye.Cli.Output;
using SideEye.Cli.Specs;
using SideEye.Cli.Tables;
using SideEye.ControlPlane.Capturing;
using SideEye.Spec.Model;
using SideEye.Store;
using SideEye.Store.Derivation;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye tables FILE</c>: what a snapshot file holds, or what a changed spec makes of it.</summary>
internal static class TablesCommand
{
    private const string About = """
        List the tables and views of a snapshot file; with --spec, first compute extra columns, derived tables and
        links anew.

        Deriving needs no new snapshot: what was captured stays, what an earlier spec computed from it is replaced.
        The file changes in one step, when all is done. A column, table or link that fails, or a function or column
        that the snapshot was taken without, says why (here and in derived_errors and links) and takes nothing else
        down; the exit code is then 3.
        Example: sideeye tables checkout.duckdb --spec checkout.yaml
        """;

    public static Command Create()
    {
        Argument<string> file = FileArgument.Create();
        Option<string[]> specs = SpecOption.Create();
        Option<bool> noPacks = new("--no-packs")
        {
            Description = "Leave out the built-in packs: only what --spec says.",
        };
        Option<bool> json = JsonOption.Create();
        Command command = new("tables", About) { file, specs, noPacks, json };
        command.SetAction((parsed, stop) => Task.Run(
            () => parsed.GetValue(specs) is { Length: > 0 } given
                ? Derive(parsed.GetRequiredValue(file), SpecFiles.ReadGood(given, !parsed.GetValue(noPacks)),
                    parsed.GetValue(json), stop)
                : List(parsed.GetRequiredValue(file), parsed.GetValue(json), stop),
            stop));
        return command;
    }

    private static int List(string file, bool asJson, CancellationToken stop)
    {
        TableList list = TableList.Read(file, stop);
        using Stream output = StandardOutput.Open();
        if (asJson)
            list.WriteJson(output);
        else
            list.WriteText(output);
        return ExitCode.Done;
    }

    private static int Derive(string file, CaptureSpec spec, bool asJson, CancellationToken stop)
    {
        DerivationSpec derivations;
        using (SnapshotReader reader = SnapshotReader.Open(file))
        {
            IReadOnlyDictionary<string, string> tables = SpecDerivations.TablesIn(reader, stop);
            derivations = SpecDerivations.Of(spec, tables) with
            {
                Missing = [.. MissingCaptures.In(spec, reader, tables, stop)],
            };
        }
        DerivationOutcome outcome;
        using (SnapshotFile copy = SnapshotFile.OpenCopy(file))
        {
            outcome = copy.Derive(derivations, DerivationLimits.Default, stop);
            copy.Commit();
        }
        DerivationReport report = new(file, outcome);
        report.WriteErrors();
        using Stream output = StandardOutput.Open();
        if (asJson)
            report.WriteJson(output);
        else
            report.WriteText(output);
        return report.ExitCode;
    }
}
