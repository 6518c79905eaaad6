using System.Text.Json;
using SideEye.Cli.Output;
using SideEye.ControlPlane.Serving.Api;
using Spectre.Console;

namespace SideEye.Cli.Remote;

/// <summary><c>sideeye ps --server</c>: the processes that the agents of a control plane watch.</summary>
internal sealed class RemoteProcesses(ControlPlaneClient controlPlane)
{
    /// <summary>Lists them.</summary>
    /// <returns>The exit code: partial where an agent does not answer.</returns>
    public async Task<int> RunAsync(bool asJson, CancellationToken stop)
    {
        AgentAnswer[] agents = await controlPlane.GetAsync<AgentAnswer[]>("/api/v1/agents", stop)
            .ConfigureAwait(false);
        ProcessAnswer[] processes = await controlPlane.GetAsync<ProcessAnswer[]>("/api/v1/processes", stop)
            .ConfigureAwait(false);
        using Stream output = StandardOutput.Open();
        if (asJson)
        {
            JsonSerializer.Serialize(output, processes, ApiJson.Options);
            output.Write("\n"u8);
        }
        else
        {
            WriteTable(output, processes);
        }
        foreach (AgentAnswer agent in agents.Where(static one => !one.IsOk))
            Console.Error.WriteLine($"sideeye: agent {PlainText.Clean($"{agent.Address}: {agent.Message}")}");
        return agents.All(static one => one.IsOk) ? ExitCode.Done : ExitCode.Partial;
    }

    private static void WriteTable(Stream output, ProcessAnswer[] processes)
    {
        if (processes.Length == 0)
        {
            Console.Error.WriteLine("sideeye: no agent watches a Go process");
            return;
        }
        using StreamWriter text = new(output);
        Table table = new Table().Border(TableBorder.None)
            .AddColumn("NAME").AddColumn("PROGRAM").AddColumn("ENVIRONMENT").AddColumn("HOST")
            .AddColumn(new TableColumn("PID").RightAligned()).AddColumn("GO").AddColumn("DEBUG INFO");
        foreach (ProcessAnswer process in processes)
        {
            table.AddRow(
                Cell(process.Name), Cell(process.Program ?? "-"), Cell(process.Environment ?? "-"),
                Cell(process.Host), Cell($"{process.Pid}"), Cell(process.GoVersion),
                Cell(process.Problem ?? process.DebugInfo));
        }
        TextConsole.Over(text).Write(table);
    }

    private static Text Cell(string text) => new(PlainText.Clean(text));
}
