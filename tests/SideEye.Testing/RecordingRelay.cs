using System.Net;
using System.Net.Sockets;

namespace SideEye.Testing;

/// <summary>Hands bytes on to a server in both directions, and keeps what callers send.</summary>
public sealed class RecordingRelay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Uri server;
    private readonly List<MemoryStream> recorded = [];

    /// <summary>Starts to listen.</summary>
    public RecordingRelay(Uri server)
    {
        this.server = server;
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new UriBuilder(server) { Port = ((IPEndPoint)listener.LocalEndpoint).Port }.Uri;

    /// <summary>Says on new connections what callers have said on theirs, each to the server's end of it.</summary>
    /// <returns>Connections that were recorded.</returns>
    public async Task<int> SayAllAgainAsync(CancellationToken stop)
    {
        byte[][] said;
        lock (recorded)
            said = [.. recorded.Select(static one => one.ToArray())];
        foreach (byte[] bytes in said)
        {
            using TcpClient again = new();
            await again.ConnectAsync(server.Host, server.Port, stop);
            NetworkStream stream = again.GetStream();
            // The server ends it: what comes after the first words does not fit what it has answered.
            try
            {
                await stream.WriteAsync(bytes, stop);
                await stream.CopyToAsync(Stream.Null, stop);
            }
            catch (IOException)
            {
                // By a reset, perhaps.
            }
        }
        return said.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient caller = await listener.AcceptTcpClientAsync();
            TcpClient callee = new();
            await callee.ConnectAsync(server.Host, server.Port);
            MemoryStream kept = new();
            lock (recorded)
                recorded.Add(kept);
            _ = PassAsync(caller.GetStream(), callee.GetStream(), kept);
            _ = PassAsync(callee.GetStream(), caller.GetStream(), null);
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, MemoryStream? kept)
    {
        byte[] buffer = new byte[16 << 10];
        int read;
        while ((read = await from.ReadAsync(buffer)) > 0)
        {
            lock (recorded)
                kept?.Write(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read));
        }
    }
}
