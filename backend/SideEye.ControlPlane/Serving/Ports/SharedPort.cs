using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace SideEye.ControlPlane.Serving.Ports;

/// <summary>
/// A plaintext port for HTTP/1.1 and HTTP/2 at once. Kestrel speaks only one of them on a port without TLS, which is
/// where callers agree on one; here each connection is handed to the Kestrel endpoint that its first bytes ask for.
/// </summary>
/// <param name="address">Where to listen.</param>
/// <param name="sockets">Listens there.</param>
/// <param name="limits">How long callers may take for their first bytes, and how many.</param>
internal sealed class SharedPort(IPEndPoint address, IConnectionListenerFactory sockets, ServingLimits limits)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Channel<ConnectionContext> http1 = Channel.CreateUnbounded<ConnectionContext>();
    private readonly Channel<ConnectionContext> http2 = Channel.CreateUnbounded<ConnectionContext>();
    private readonly Lock gate = new();
    private readonly LinkedList<CancellationTokenSource> undecided = [];
    private IConnectionListener? listener;
    private Task accepting = Task.CompletedTask;

    /// <summary>The endpoint for Kestrel's HTTP/1.1.</summary>
    public SharedEndPoint Http1 { get; } = new(address, isHttp2: false);

    /// <summary>The endpoint for Kestrel's HTTP/2.</summary>
    public SharedEndPoint Http2 { get; } = new(address, isHttp2: true);

    /// <summary>Where it listens, its port known; null before it does.</summary>
    public IPEndPoint? Bound => listener?.EndPoint as IPEndPoint;

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint == Http1 || endpoint == Http2;

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(
        EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (listener is null)
        {
            listener = await sockets.BindAsync(address, cancellationToken).ConfigureAwait(false);
            accepting = Task.Run(AcceptAsync, CancellationToken.None);
        }
        return new Half(this, endpoint, endpoint == Http2 ? http2 : http1);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (await listener!.AcceptAsync(CancellationToken.None).ConfigureAwait(false) is { } connection)
                _ = SortAsync(connection);
        }
        finally
        {
            http1.Writer.TryComplete();
            http2.Writer.TryComplete();
        }
    }

    private async Task SortAsync(ConnectionContext connection)
    {
        bool? isHttp2 = null;
        using (CancellationTokenSource deadline = new(limits.FirstBytesMax))
        {
            LinkedListNode<CancellationTokenSource> place = Enter(deadline);
            try
            {
                isHttp2 = await FirstBytes.IsHttp2Async(connection.Transport.Input, deadline.Token)
                    .ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
            {
                // Too slow, gone, or one too many: nothing is known of the caller that could be answered.
            }
            finally
            {
                Leave(place);
            }
        }
        if (isHttp2 is bool known && (known ? http2 : http1).Writer.TryWrite(connection))
            return;
        connection.Abort();
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Callers who are well say at once what they speak: of too many who do not, the oldest goes.</summary>
    private LinkedListNode<CancellationTokenSource> Enter(CancellationTokenSource deadline)
    {
        lock (gate)
        {
            if (undecided.Count >= limits.FirstBytesWaitingMax)
            {
                undecided.First!.Value.Cancel();
                undecided.RemoveFirst();
            }
            return undecided.AddLast(deadline);
        }
    }

    private void Leave(LinkedListNode<CancellationTokenSource> place)
    {
        lock (gate)
        {
            // One that had to go for others is off the list already.
            if (place.List is not null)
                undecided.Remove(place);
        }
    }

    private async ValueTask StopAsync()
    {
        if (listener is null)
            return;
        await listener.UnbindAsync(CancellationToken.None).ConfigureAwait(false);
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The port as one of Kestrel's endpoints sees it.</summary>
    private sealed class Half(SharedPort port, EndPoint endpoint, Channel<ConnectionContext> connections)
        : IConnectionListener
    {
        /// <inheritdoc/>
        public EndPoint EndPoint => endpoint;

        /// <inheritdoc/>
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await connections.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)
            && connections.Reader.TryRead(out ConnectionContext? connection) ? connection : null;

        /// <inheritdoc/>
        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => port.StopAsync();

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            await port.StopAsync().ConfigureAwait(false);
            while (connections.Reader.TryRead(out ConnectionContext? connection))
                await connection.DisposeAsync().ConfigureAwait(false);
            await port.listener!.DisposeAsync().ConfigureAwait(false);
        }
    }
}
