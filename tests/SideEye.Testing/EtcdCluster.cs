using System.Net;
using System.Net.Sockets;

namespace SideEye.Testing;

/// <summary>An etcd cluster on free ports of the loopback device, with its data in a temporary folder.</summary>
/// <remarks>
/// Heartbeat and election timeout are etcd's defaults, 100 and 1000 ms: a leader that stands still for a second loses
/// its office, and the raft term tells.
/// </remarks>
public sealed class EtcdCluster : IAsyncDisposable
{
    private const int StartsMax = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-etcd-");
    private readonly List<EtcdNode> nodes = [];
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private EtcdCluster()
    {
    }

    /// <summary>Its nodes, running.</summary>
    public IReadOnlyList<EtcdNode> Nodes => nodes;

    /// <summary>Where clients may turn to.</summary>
    public IReadOnlyList<Uri> Clients => [.. nodes.Select(node => node.Client)];

    /// <summary>Starts a cluster and waits until its nodes agree on a leader.</summary>
    /// <param name="executable">The program; see <see cref="Etcd"/>.</param>
    /// <param name="size">Nodes.</param>
    /// <exception cref="InvalidOperationException">It did not come up; the message holds what a node said.</exception>
    public static async Task<EtcdCluster> StartAsync(string executable, int size = 3)
    {
        for (int attempt = 1; ; attempt++)
        {
            EtcdCluster cluster = new();
            try
            {
                cluster.StartNodes(executable, size);
                await cluster.AgreedStatusAsync();
                return cluster;
            }
            catch (InvalidOperationException) when (attempt < StartsMax)
            {
                // Another process may have taken a port between our look and etcd's use of it.
                await cluster.DisposeAsync();
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>The node that leads, and the term of its office; waits while the nodes disagree.</summary>
    /// <exception cref="InvalidOperationException">A node has ended, or they do not agree in time.</exception>
    public async Task<(EtcdNode Leader, ulong RaftTerm)> LeaderAsync()
    {
        EtcdStatus[] statuses = await AgreedStatusAsync();
        int leader = Array.FindIndex(statuses, status => status.Member == status.Leader);
        return (nodes[leader], statuses[leader].RaftTerm);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (EtcdNode node in nodes)
            await node.DisposeAsync();
        http.Dispose();
        folder.Delete(recursive: true);
    }

    private void StartNodes(string executable, int size)
    {
        int[] ports = FreePorts(2 * size);
        string members = string.Join(',', Enumerable.Range(0, size).Select(i => $"n{i}={Url(ports[(2 * i) + 1])}"));
        for (int i = 0; i < size; i++)
        {
            string client = Url(ports[2 * i]);
            string peer = Url(ports[(2 * i) + 1]);
            nodes.Add(new EtcdNode(
                executable,
                [
                    "--name", $"n{i}", "--data-dir", Path.Combine(folder.FullName, $"n{i}"),
                    "--listen-client-urls", client, "--advertise-client-urls", client,
                    "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                    "--initial-cluster", members, "--initial-cluster-state", "new", "--log-level", "warn",
                ],
                new Uri(client)));
        }
    }

    private async Task<EtcdStatus[]> AgreedStatusAsync()
    {
        using CancellationTokenSource patience = new(Patience);
        while (!patience.IsCancellationRequested)
        {
            if (nodes.FirstOrDefault(node => node.HasExited) is EtcdNode ended)
                throw new InvalidOperationException($"etcd ended: {await ended.ErrorsAsync()}");
            EtcdStatus[]? statuses = await TryStatusAsync();
            if (statuses is not null && statuses[0].Leader != 0 && statuses.All(
                status => (status.Leader, status.RaftTerm) == (statuses[0].Leader, statuses[0].RaftTerm)))
            {
                return statuses;
            }
            await Task.Delay(Interval);
        }
        throw new InvalidOperationException($"etcd's nodes agreed on no leader within {Patience}");
    }

    private async Task<EtcdStatus[]?> TryStatusAsync()
    {
        try
        {
            return await Task.WhenAll(nodes.Select(node => node.StatusAsync(http)));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null; // not up yet
        }
    }

    private static string Url(int port) => $"http://127.0.0.1:{port}";

    /// <summary>All are held until the last is found, so that none comes twice.</summary>
    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        try
        {
            foreach (TcpListener listener in listeners)
                listener.Start();
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (TcpListener listener in listeners)
                listener.Dispose();
        }
    }
}
