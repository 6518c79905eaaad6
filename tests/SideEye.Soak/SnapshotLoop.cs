using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace SideEye.Soak;

/// <summary>
/// A process that snapshots another one without a rest; it ends with this object. A process of its own, because it is
/// there to be killed, and because a process is no parent to those it traces: the targets are children of the test.
/// </summary>
public sealed class SnapshotLoop : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> errors;

    private SnapshotLoop(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its process id.</summary>
    public int ProcessId => process.Id;

    /// <summary>Starts it.</summary>
    /// <param name="target">Process id of the Go process to snapshot.</param>
    /// <param name="function">Part of a function's name, for <see cref="LoopedSnapshot.Matching"/>.</param>
    public static SnapshotLoop Start(int target, string? function = null) => Start(
        ["--pid", target.ToString(CultureInfo.InvariantCulture), .. function is null ? [] : new[] { function }]);

    /// <summary>Starts one that captures variables as well, by the built-in packs and a spec.</summary>
    /// <param name="target">Process id of the Go process to snapshot.</param>
    /// <param name="specFile">The spec.</param>
    /// <param name="query">SQL with one text column, for <see cref="LoopedSnapshot.Rows"/>.</param>
    /// <param name="derivedQuery">The same for snapshots in which all is derived.</param>
    public static SnapshotLoop StartCapturing(int target, string specFile, string query, string derivedQuery) => Start(
        ["--pid", target.ToString(CultureInfo.InvariantCulture), "--spec", specFile, query, derivedQuery]);

    private static SnapshotLoop Start(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "SideEye.Soak"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Many live shorter than instrumentation pays for itself.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return new SnapshotLoop(
            Process.Start(start) ?? throw new InvalidOperationException("cannot start SideEye.Soak"));
    }

    /// <summary>The next snapshot it took; null once it has ended.</summary>
    public async Task<LoopedSnapshot?> NextAsync(CancellationToken cancellation) =>
        await process.StandardOutput.ReadLineAsync(cancellation) is string line
            ? JsonSerializer.Deserialize<LoopedSnapshot>(line) : null;

    /// <summary>The next snapshot it took, which there must be.</summary>
    /// <exception cref="InvalidOperationException">It has ended; the message holds what it said.</exception>
    public async Task<LoopedSnapshot> RequireNextAsync(CancellationToken cancellation) =>
        await NextAsync(cancellation)
            ?? throw new InvalidOperationException($"the snapshotter ended: {await errors.WaitAsync(cancellation)}");

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>Its exit code and what it wrote to its standard error.</returns>
    public async Task<(int ExitCode, string Errors)> EndAsync(CancellationToken cancellation)
    {
        string written = await errors.WaitAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, written);
    }

    /// <summary>Sends SIGKILL and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }
}
