using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SideEye.Testing;

/// <summary>A program of the product that runs until it is ended, such as an agent or a control plane.</summary>
public sealed partial class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = [];
    private readonly string name;

    private RunningProgram(string name, Process process)
    {
        this.name = name;
        this.process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its process id; of a command that ran it elsewhere, that command's.</summary>
    public int ProcessId => process.Id;

    /// <summary>All that it has said.</summary>
    public string Log => string.Join('\n', lines);

    /// <summary>Starts a program and waits until it says something.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="sign">Part of the line that says that it is ready.</param>
    /// <param name="environment">Variables that it gets besides ours.</param>
    /// <exception cref="InvalidOperationException">It ended, or did not say so.</exception>
    public static async Task<RunningProgram> StartAsync(
        IReadOnlyList<string> command, string sign, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach ((string variable, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[variable] = value;
        RunningProgram program = new(Path.GetFileName(command[0]), Process.Start(start)!);
        program.process.StandardInput.Close();
        try
        {
            await program.SaysAsync(sign);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until it has said something.</summary>
    /// <returns>The line.</returns>
    /// <exception cref="InvalidOperationException">It ended before, or did not in time.</exception>
    public async Task<string> SaysAsync(string part)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (lines.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) is string found)
                return found;
            if (process.HasExited || Stopwatch.GetElapsedTime(start) > Patience)
                throw new InvalidOperationException($"{name} did not say '{part}':\n{Log}");
            await Task.Delay(20);
        }
    }

    /// <summary>Sends a signal; through commands that started it elsewhere, to the program itself.</summary>
    public void Signal(int number) => _ = kill(LastDescendant(process.Id), number);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static int LastDescendant(int processId)
    {
        while (true)
        {
            string children = $"/proc/{processId}/task/{processId}/children";
            string first = File.Exists(children) ? File.ReadAllText(children).Split(' ')[0] : "";
            if (first.Length == 0)
                return processId;
            processId = int.Parse(first, CultureInfo.InvariantCulture);
        }
    }

    private void Add(string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int processId, int signal);
}
