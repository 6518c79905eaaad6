namespace SideEye.Benchmarks;

/// <summary>Delve, asked for all goroutines with their stacks (ten frames each, its default).</summary>
internal static class DelveCommand
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(180);

    /// <summary>Attaches, prints, detaches; the target runs on.</summary>
    /// <exception cref="InvalidOperationException">It did not print the goroutines.</exception>
    public static async Task<MeasuredRun> TakeAsync(string delve, int pid)
    {
        string script = Path.Combine(Path.GetTempPath(), $"sideeye-bench-{Environment.ProcessId}.dlv");
        try
        {
            await File.WriteAllTextAsync(script, "goroutines -t\nexit\n");
            string[] arguments = ["attach", $"{pid}", "--init", script, "--allow-non-terminal-interactive=true"];
            // The answer to "kill the process?".
            MeasuredRun run = await MeasuredRun.TakeAsync(delve, arguments, "n\n", Patience);
            if (!run.IsTimedOut && !run.Output.Contains(" goroutines]", StringComparison.Ordinal))
                throw new InvalidOperationException($"dlv attach: {run.Errors.Trim()}");
            return run;
        }
        finally
        {
            File.Delete(script);
        }
    }
}
