using System.CommandLine;
using SideEye.Cli.Output;
using SideEye.Store;
using SideEye.Store.Export;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye export FILE</c>: a snapshot for other tools.</summary>
internal static class ExportCommand
{
    private const string About = """
        Write a snapshot file as an SQLite file or as a folder of Parquet files, one for each table and view.

        It appears when it is complete, and replaces an SQLite file, or a folder of Parquet files, of the same name;
        anything else of that name is left alone. Descriptions of tables and columns are in table_comments.
        Example: sideeye export checkout.duckdb --sqlite checkout.sqlite && sqlite3 checkout.sqlite .tables
        """;

    public static Command Create()
    {
        Argument<string> file = FileArgument.Create();
        Option<string?> sqlite = new("--sqlite") { Description = "SQLite file to write.", HelpName = "OUT.sqlite" };
        Option<string?> parquet = new("--parquet") { Description = "Folder to write.", HelpName = "DIR" };
        Command command = new("export", About) { file, sqlite, parquet };
        command.SetAction((parsed, stop) => Task.Run(
            () => Run(parsed.GetRequiredValue(file), parsed.GetValue(sqlite), parsed.GetValue(parquet), stop), stop));
        return command;
    }

    private static int Run(string file, string? sqlite, string? parquet, CancellationToken stop)
    {
        if (sqlite is null && parquet is null)
        {
            throw new CommandFailedException(
                "say where to: --sqlite OUT.sqlite or --parquet DIR; see sideeye export --help", ExitCode.WrongUsage);
        }
        if (sqlite is not null)
        {
            using SnapshotReader reader = SnapshotReader.Open(file);
            Report(sqlite, SqliteExport.Write(reader, sqlite, ExportLimits.Default, stop));
        }
        if (parquet is not null)
            Report(parquet, ParquetExport.Write(file, parquet, ExportLimits.Default, stop));
        return ExitCode.Done;
    }

    private static void Report(string target, ExportOutcome outcome)
    {
        foreach (string view in outcome.LeftOut)
            Console.Error.WriteLine($"sideeye: left out view {PlainText.Clean(view)}");
        using StreamWriter text = new(StandardOutput.Open());
        text.WriteLine($"{target}: {outcome.Tables.Length} tables, {outcome.Views.Length} views, {outcome.Rows} rows");
    }
}
