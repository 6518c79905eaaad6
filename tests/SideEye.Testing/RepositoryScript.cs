using System.Diagnostics;

namespace SideEye.Testing;

/// <summary>Runs the idempotent scripts of the repository that tests depend on.</summary>
public static class RepositoryScript
{
    /// <summary>Runs scripts/<paramref name="name"/> to its end; each takes its own lock against others.</summary>
    /// <exception cref="InvalidOperationException">The script failed; the message holds what it said.</exception>
    public static async Task RunAsync(
        string name, IReadOnlyList<string> arguments, CancellationToken cancellation = default)
    {
        var start = new ProcessStartInfo(Repository.PathOf("scripts", name), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start scripts/{name}");
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException(
                    $"scripts/{name} {string.Join(' ', arguments)} failed:\n{await errors}{await output}");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
