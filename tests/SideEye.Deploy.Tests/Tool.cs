using System.Diagnostics;
using System.Text;

namespace SideEye.Deploy.Tests;

/// <summary>A program that was run to its end.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">What it wrote, standard error included.</param>
internal sealed record Tool(int Code, string Output)
{
    /// <summary>Runs a program.</summary>
    public static async Task<Tool> RunAsync(string program, params IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)
            ?? throw new InvalidOperationException($"cannot start {program}");
        process.StandardInput.Close();
        StringBuilder output = new();
        Lock gate = new();
        void Add(string? line)
        {
            if (line is null)
                return; // the end
            lock (gate)
                output.AppendLine(line);
        }
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Tool(process.ExitCode, output.ToString());
    }

    /// <summary>Runs a program that must succeed, and returns what it wrote.</summary>
    public static async Task<string> OutputAsync(string program, params IReadOnlyList<string> arguments)
    {
        Tool tool = await RunAsync(program, arguments);
        Assert.True(tool.Code == 0, $"{program} {string.Join(' ', arguments)}: exit code {tool.Code}\n{tool.Output}");
        return tool.Output;
    }
}
