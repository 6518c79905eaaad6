using System.Diagnostics;

namespace SideEye.Testing;

/// <summary>An etcdctl that waits for something, such as a watch or a lock; it ends with this object.</summary>
public sealed class EtcdClient : IAsyncDisposable
{
    private readonly Process process;

    private EtcdClient(Process process)
    {
        this.process = process;
        ProcessId = process.Id;
    }

    /// <summary>Its process id.</summary>
    public int ProcessId { get; }

    /// <summary>Whether it has ended, which it does not by itself.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Starts etcdctl with a command that waits.</summary>
    /// <param name="executable">The etcd whose etcdctl is meant; see <see cref="Etcd.BuildAsync"/>.</param>
    /// <param name="node">Whom it asks.</param>
    /// <param name="command">Such as <c>watch KEY</c>.</param>
    public static EtcdClient Start(string executable, EtcdNode node, params IReadOnlyList<string> command)
    {
        string endpoint = $"--endpoints={node.Client.GetLeftPart(UriPartial.Authority)}";
        ProcessStartInfo start = new(
            Path.Combine(Path.GetDirectoryName(executable)!, "etcdctl"), [endpoint, .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("cannot start etcdctl");
        process.StandardInput.Close();
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new EtcdClient(process);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
