namespace SideEye.Benchmarks;

/// <summary>Delve, as a person would ask it.</summary>
internal static class DelveCommand
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(180);

    /// <summary>Attaches, prints all goroutines with ten frames each, detaches; the target runs on.</summary>
    /// <exception cref="InvalidOperationException">It did not print the goroutines.</exception>
    public static Task<MeasuredRun> GoroutinesAsync(string delve, int pid) =>
        RunAsync(delve, pid, "goroutines -t\n", " goroutines]");

    /// <summary>Attaches, runs commands, detaches; the target runs on.</summary>
    /// <param name="delve">The executable.</param>
    /// <param name="pid">Whom to attach to.</param>
    /// <param name="commands">A line each.</param>
    /// <param name="expected">What it prints when all went well.</param>
    /// <exception cref="InvalidOperationException">It did not print what was expected.</exception>
    public static async Task<MeasuredRun> RunAsync(string delve, int pid, string commands, string expected)
    {
        string script = Path.Combine(Path.GetTempPath(), $"sideeye-bench-{Environment.ProcessId}.dlv");
        try
        {
            await File.WriteAllTextAsync(script, commands + "exit\n");
            string[] arguments = ["attach", $"{pid}", "--init", script, "--allow-non-terminal-interactive=true"];
            // The answer to "kill the process?".
            MeasuredRun run = await MeasuredRun.TakeAsync(delve, arguments, "n\n", Patience);
            if (!run.IsTimedOut && !run.Output.Contains(expected, StringComparison.Ordinal))
                throw new InvalidOperationException($"dlv attach: {run.Errors.Trim()}");
            return run;
        }
        finally
        {
            File.Delete(script);
        }
    }
}
