using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SideEye.Testing;

/// <summary>A running Go program of tests/targets, which ends with this object.</summary>
public sealed partial class GoTarget : IAsyncDisposable, IDisposable
{
    /// <summary>Nothing that a target is asked takes longer, however slow the machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private const int SignalQuit = 3;
    private const int SignalKill = 9;

    // The target must be no child of ours: .NET waits for its children in ways that also swallow the stops of a child
    // that this very process traces, and takes a stopped child for an ended one. So a shell stands in between.
    private const string NoChildOfOurs =
        """exec 3<&0; sh -c 'echo "pid $$"; exec "$@"' sh "$@" <&3 3<&- & exec 3<&- </dev/null >/dev/null; wait $!""";

    private readonly Process process;
    private readonly ByteLines output;
    private readonly Task<string> errors;

    private GoTarget(GoFixture fixture, Process process)
    {
        Fixture = fixture;
        this.process = process;
        output = new ByteLines(process.StandardOutput.BaseStream);
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What runs here.</summary>
    public GoFixture Fixture { get; }

    /// <summary>Its process id, as we see it.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>The lines it printed before it was ready: "listening ADDRESS" of the shop.</summary>
    public IReadOnlyList<string> Greeting { get; private set; } = [];

    /// <summary>Builds and starts a target, and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It does not build, or ended before it was ready.</exception>
    public static Task<GoTarget> StartAsync(GoFixture fixture, params IReadOnlyList<string> arguments) =>
        StartWithinAsync([], fixture, arguments);

    /// <summary>
    /// Builds a target and starts it by another command, to which its path and arguments are handed, such as
    /// <c>unshare</c> or <c>setpriv</c>. A command that stays until its child ends must take the child with it.
    /// </summary>
    /// <exception cref="InvalidOperationException">It does not build, or ended before it was ready.</exception>
    public static async Task<GoTarget> StartWithinAsync(
        IReadOnlyList<string> command, GoFixture fixture, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", NoChildOfOurs, "sh", .. command, await fixture.BuildAsync(), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GODEBUG"] = "";
        start.Environment["GOTRACEBACK"] = "";
        var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {fixture}");
        var target = new GoTarget(fixture, process);
        try
        {
            await target.ReadGreetingAsync();
            target.ProcessId = LastDescendant(target.ProcessId);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Builds and starts a target, and waits until it is ready.</summary>
    public static Task<GoTarget> StartAsync(string name, string goVersion, params IReadOnlyList<string> arguments) =>
        StartAsync(new GoFixture(name, goVersion), arguments);

    /// <summary>Sends a command and returns the one line it is answered with.</summary>
    public async Task<string> AskAsync(string command)
    {
        using var patience = new CancellationTokenSource(Patience);
        await SendAsync(command, patience.Token);
        return await ReadLineAsync(patience.Token);
    }

    /// <summary>
    /// Sends a command whose answer is a word and numbers, such as "gap 1200", and returns the numbers.
    /// </summary>
    public async Task<IReadOnlyList<long>> AskNumbersAsync(string command)
    {
        var words = (await AskAsync(command)).Split(' ');
        return [.. words.Skip(1).Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
    }

    /// <summary>runtime.Stack of all goroutines, as text: most frames of package runtime are left out.</summary>
    public async Task<string> DumpTextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await SendAsync("dump", patience.Token);
        var header = await ReadLineAsync(patience.Token);
        if (!header.StartsWith("dump ", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{Fixture} answered '{header}' to dump");
        }

        var bytes = await output.ReadAsync(
            int.Parse(header.AsSpan("dump ".Length), CultureInfo.InvariantCulture), patience.Token);
        await ReadLineAsync(patience.Token);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>runtime.Stack of all goroutines: most frames of package runtime are left out.</summary>
    public async Task<GoroutineDump> DumpAsync() => GoroutineDump.Parse(await DumpTextAsync());

    /// <summary>The goroutines that have names.</summary>
    public async Task<IReadOnlyDictionary<string, NamedGoroutine>> NamedGoroutinesAsync() =>
        JsonSerializer.Deserialize<Dictionary<string, NamedGoroutine>>(await AskAsync("ids"))!;

    /// <summary>
    /// Ends the target by SIGQUIT and returns its last words: every goroutine, system ones included, with every frame
    /// and its sp and pc (the runtime stops at 100 frames a goroutine). Go 1.19 to 1.27, targets with package control.
    /// </summary>
    public async Task<string> CrashTextAsync()
    {
        if (kill(ProcessId, SignalQuit) != 0)
        {
            throw new InvalidOperationException($"cannot signal {Fixture}: errno {Marshal.GetLastPInvokeError()}");
        }

        using var patience = new CancellationTokenSource(Patience);
        return await errors.WaitAsync(patience.Token);
    }

    /// <summary><see cref="CrashTextAsync"/>, read back.</summary>
    public async Task<GoroutineDump> CrashAsync() => GoroutineDump.Parse(await CrashTextAsync());

    /// <summary>What it has written to its standard error; ends only with the target.</summary>
    public Task<string> ErrorsAsync() => errors;

    /// <summary>Ends the target by SIGKILL.</summary>
    public async Task KillAsync()
    {
        End();
        await process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        End();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        process.WaitForExit();
        process.Dispose();
    }

    private void End()
    {
        if (!process.HasExited && ProcessId > 0)
        {
            _ = kill(ProcessId, SignalKill);
        }
    }

    /// <summary>Targets have no children themselves.</summary>
    private static int LastDescendant(int processId)
    {
        while (true)
        {
            var children = File.ReadAllText($"/proc/{processId}/task/{processId}/children").Split(' ');
            if (children[0].Length == 0)
            {
                return processId;
            }

            processId = int.Parse(children[0], CultureInfo.InvariantCulture);
        }
    }

    private async Task ReadGreetingAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var first = await ReadLineAsync(patience.Token);
        ProcessId = int.Parse(first.AsSpan("pid ".Length), CultureInfo.InvariantCulture);
        var greeting = new List<string>();
        for (var line = ""; !line.StartsWith("ready ", StringComparison.Ordinal);)
        {
            line = await ReadLineAsync(patience.Token);
            greeting.Add(line);
        }

        Greeting = greeting;
    }

    private async Task SendAsync(string command, CancellationToken cancellation)
    {
        await process.StandardInput.WriteAsync($"{command}\n".AsMemory(), cancellation);
        await process.StandardInput.FlushAsync(cancellation);
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation) =>
        await output.ReadLineAsync(cancellation)
            ?? throw new InvalidOperationException(
                $"{Fixture} ended unexpectedly: {await errors.WaitAsync(cancellation)}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int processId, int signal);
}
