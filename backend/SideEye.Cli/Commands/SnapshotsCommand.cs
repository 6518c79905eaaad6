using System.CommandLine;
using System.Text.Json;
using SideEye.Cli.Output;
using SideEye.Cli.Remote;
using SideEye.ControlPlane.Serving.Api;
using Spectre.Console;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye snapshots</c>: the snapshots that a control plane keeps.</summary>
internal static class SnapshotsCommand
{
    private const string About = """
        List the snapshots that a control plane keeps, newest first.

        sideeye snapshot --server URL --id ID brings one here.
        Example: sideeye snapshots --server https://sideeye:7463 --program checkout
        """;

    public static Command Create()
    {
        Option<string?> program = new("--program")
        {
            Description = "Only those of this program.", HelpName = "NAME",
        };
        Option<int> limit = new("--limit", "-n")
        {
            Description = "How many at most.", HelpName = "N", DefaultValueFactory = static _ => 20,
        };
        Option<bool> json = JsonOption.Create();
        ServerOptions server = new();
        Command command = new("snapshots", About) { program, limit, json };
        server.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using ControlPlaneClient controlPlane = server.Require(parsed);
            string filter = parsed.GetValue(program) is string name ? $"&program={Uri.EscapeDataString(name)}" : "";
            SnapshotAnswer[] all = await controlPlane.GetAsync<SnapshotAnswer[]>(
                $"/api/v1/snapshots?limit={parsed.GetValue(limit)}{filter}", stop).ConfigureAwait(false);
            using Stream output = StandardOutput.Open();
            if (parsed.GetValue(json))
                WriteJson(output, all);
            else
                WriteTable(output, all);
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteJson(Stream output, SnapshotAnswer[] all)
    {
        JsonSerializer.Serialize(output, all, ApiJson.Options);
        output.Write("\n"u8);
    }

    private static void WriteTable(Stream output, SnapshotAnswer[] all)
    {
        if (all.Length == 0)
        {
            Console.Error.WriteLine("sideeye: there are none; sideeye snapshot --server URL takes one");
            return;
        }
        using StreamWriter text = new(output);
        Table table = new Table().Border(TableBorder.None)
            .AddColumn("ID").AddColumn("CAPTURED").AddColumn("PROGRAM").AddColumn("ENVIRONMENT")
            .AddColumn(new TableColumn("PROCESSES").RightAligned())
            .AddColumn(new TableColumn("GOROUTINES").RightAligned())
            .AddColumn(new TableColumn("PAUSE").RightAligned()).AddColumn("BY").AddColumn("PROBLEM");
        foreach (SnapshotAnswer one in all)
        {
            table.AddRow(
                Cell(one.SnapshotId), Cell($"{one.CapturedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"),
                Cell(one.Program ?? "-"), Cell(one.Environment ?? "-"), Cell($"{one.Processes}"),
                Cell($"{one.Goroutines}"), Cell(DurationText.OfNanoseconds(one.PauseMaxNs)), Cell(one.RequestedBy),
                Cell(one.Error ?? (one.IsTruncated ? "truncated" : "-")));
        }
        TextConsole.Over(text).Write(table);
    }

    private static Text Cell(string text) => new(PlainText.Clean(text));
}
