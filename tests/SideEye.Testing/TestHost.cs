using System.Diagnostics;
using System.Globalization;

namespace SideEye.Testing;

/// <summary>
/// A host of our own: namespaces for its network, processes, mounts and name, and a cable to it. All of it goes when
/// its first process ends, and that ends with this object.
/// </summary>
public sealed class TestHost : IAsyncDisposable
{
    private static int hosts;

    private readonly Process first;
    private readonly int init;

    private TestHost(Process first, int init, string name, string address)
    {
        this.first = first;
        this.init = init;
        Name = name;
        Address = address;
    }

    /// <summary>Its host name.</summary>
    public string Name { get; }

    /// <summary>Its address, which only this machine reaches.</summary>
    public string Address { get; }

    /// <summary>The command that runs another one on the host.</summary>
    public IReadOnlyList<string> Within =>
        ["nsenter", "-t", init.ToString(CultureInfo.InvariantCulture), "--net", "--pid", "--mount", "--uts"];

    /// <summary>Sets a host up.</summary>
    /// <exception cref="InvalidOperationException">The machine does not let us.</exception>
    public static async Task<TestHost> StartAsync(string name)
    {
        int number = Interlocked.Increment(ref hosts);
        // A net of four addresses for each cable, in a range that no machine has (RFC 2544: benchmarks).
        int net = ((Environment.ProcessId % 64) * 64 + (number % 64)) * 4;
        string ours = Address18(net + 1), theirs = Address18(net + 2);
        Process first = Process.Start(new ProcessStartInfo(
            "unshare",
            [
                "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts", "--",
                "sh", "-c", "hostname \"$0\" && ip link set lo up && echo ready && exec cat", name,
            ])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        try
        {
            if (await first.StandardOutput.ReadLineAsync() != "ready")
                throw new InvalidOperationException($"the host {name} cannot be set up: unshare failed");
            int init = int.Parse(
                (await File.ReadAllTextAsync($"/proc/{first.Id}/task/{first.Id}/children")).Trim(),
                CultureInfo.InvariantCulture);
            string cable = $"se{Environment.ProcessId % 100_000}x{number}";
            await IpAsync("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", $"{init}");
            await IpAsync("addr", "add", $"{ours}/30", "dev", cable);
            await IpAsync("link", "set", cable, "up");
            TestHost host = new(first, init, name, theirs);
            await host.RunAsync("ip", "addr", "add", $"{theirs}/30", "dev", "eth0");
            await host.RunAsync("ip", "link", "set", "eth0", "up");
            return host;
        }
        catch
        {
            first.Kill();
            first.Dispose();
            throw;
        }
    }

    /// <summary>Runs a command on the host to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public Task RunAsync(params IReadOnlyList<string> command) => RunHereAsync([.. Within, .. command]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!first.HasExited)
            first.Kill();
        await first.WaitForExitAsync();
        first.Dispose();
    }

    private static string Address18(int offset) =>
        string.Create(CultureInfo.InvariantCulture, $"198.18.{offset / 256 % 256}.{offset % 256}");

    private static Task IpAsync(params IReadOnlyList<string> arguments) => RunHereAsync(["ip", .. arguments]);

    private static async Task RunHereAsync(IReadOnlyList<string> command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardError = true,
        })!;
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}: {errors.Trim()}");
    }
}
