using System.CommandLine;
using System.Text.Json;
using SideEye.Cli.Output;
using SideEye.Cli.Remote;
using SideEye.Host;
using Spectre.Console;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye ps</c>: the Go processes of this host.</summary>
internal static class PsCommand
{
    private const string About = """
        List the Go processes of this host: version, build id, whether variables can be captured, goroutines.

        Only reads: nothing is stopped. As an ordinary user it sees only processes of that user.
        With --server: those that the agents of a control plane watch.
        """;

    public static Command Create()
    {
        Option<bool> json = JsonOption.Create();
        ServerOptions server = new();
        Command command = new("ps", About) { json };
        server.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using ControlPlaneClient? controlPlane = server.Open(parsed);
            return controlPlane is null
                ? Run(parsed.GetValue(json))
                : await new RemoteProcesses(controlPlane).RunAsync(parsed.GetValue(json), stop).ConfigureAwait(false);
        });
        return command;
    }

    private static int Run(bool asJson)
    {
        using BinaryCache binaries = new();
        List<ProcessListing> processes = [.. ProcessListing.Find(binaries)];
        using Stream output = StandardOutput.Open();
        if (asJson)
            WriteJson(output, processes);
        else
            WriteTable(output, processes);
        return ExitCode.Done;
    }

    private static void WriteJson(Stream output, List<ProcessListing> processes)
    {
        using (Utf8JsonWriter json = new(output, JsonValues.Options))
        {
            json.WriteStartArray();
            foreach (ProcessListing process in processes)
            {
                json.WriteStartObject();
                json.WriteNumber("pid", process.Pid);
                json.WriteString("name", process.Name);
                json.WriteString("executable", process.Executable);
                json.WriteString("go_version", process.GoVersion);
                json.WriteString("build_id", process.BuildId);
                json.WriteString("debug_info", process.DebugInformation);
                if (process.Goroutines is int goroutines)
                    json.WriteNumber("goroutines", goroutines);
                else
                    json.WriteNull("goroutines");
                json.WriteString("error", process.Error);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        output.Write("\n"u8);
    }

    private static void WriteTable(Stream output, List<ProcessListing> processes)
    {
        using StreamWriter text = new(output);
        if (processes.Count == 0)
        {
            Console.Error.WriteLine("sideeye: no Go process found that this user may read; run as root to see all");
            return;
        }
        IAnsiConsole console = TextConsole.Over(text);
        Table table = new Table().Border(TableBorder.None)
            .AddColumn(new TableColumn("PID").RightAligned()).AddColumn("NAME").AddColumn("GO")
            .AddColumn(new TableColumn("GOROUTINES").RightAligned()).AddColumn("DEBUG INFO").AddColumn("BUILD ID");
        foreach (ProcessListing process in processes)
        {
            table.AddRow(
                Cell($"{process.Pid}"), Cell(process.Name), Cell(process.GoVersion ?? "?"),
                Cell(process.Goroutines?.ToString() ?? "?"),
                Cell(process.Error ?? process.DebugInformation ?? "?"), Cell(ShortId(process.BuildId)));
        }
        console.Write(table);
    }

    /// <summary>Enough of a build id to tell programs apart.</summary>
    private static string ShortId(string? buildId) =>
        buildId is null ? "-" : buildId.Length <= 16 ? buildId : buildId[..16];

    private static Text Cell(string text) => new(PlainText.Clean(text));
}
