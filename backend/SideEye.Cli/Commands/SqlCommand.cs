using System.CommandLine;
using SideEye.Cli.Output;
using SideEye.Store;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye sql FILE "QUERY"</c>: asks a snapshot file a question.</summary>
internal static class SqlCommand
{
    private const string About = """
        Run one SQL query (DuckDB's dialect) on a snapshot file.

        Tables: snapshots, processes, goroutines, stack_frames.
        Views: frames, stacks, stack_tops, goroutine_groups, top_frames, waiting, created_by_groups, status_counts.
        The file is opened read only, and the query sees no other file.
        Example: sideeye sql checkout.duckdb "SELECT * FROM waiting LIMIT 10"
        """;

    public static Command Create()
    {
        Argument<string> file = FileArgument.Create();
        Argument<string> query = new("QUERY") { Description = "The query; - reads it from standard input." };
        Option<string> format = new("--format", "-f")
        {
            Description = "table, json (an array of objects) or csv (RFC 4180).",
            HelpName = "table|json|csv",
            DefaultValueFactory = _ => "table",
        };
        format.AcceptOnlyFromAmong("table", "json", "csv");
        Command command = new("sql", About) { file, query, format };
        command.SetAction((parsed, stop) => Task.Run(
            () => Run(
                parsed.GetRequiredValue(file), parsed.GetRequiredValue(query), parsed.GetRequiredValue(format), stop),
            stop));
        return command;
    }

    private static int Run(string file, string query, string format, CancellationToken stop)
    {
        using SnapshotReader reader = SnapshotReader.Open(file);
        string sql = query == "-" ? Console.In.ReadToEnd() : query;
        using QueryResult result = reader.Query(sql, QueryLimits.None, stop);
        using Stream output = StandardOutput.Open();
        RowWriter writer = format switch
        {
            "json" => new JsonRowWriter(output, result.Columns),
            "csv" => new CsvRowWriter(output, result.Columns),
            _ => new TableRowWriter(output, result.Columns, StandardOutput.HasColours),
        };
        writer.WriteAll(result);
        return ExitCode.Done;
    }
}
