using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using SideEye.Protocol;

namespace SideEye.ControlPlane.Agents;

/// <summary>Opens connections to agents, as the options want them.</summary>
internal sealed class AgentChannels : IDisposable
{
    private readonly FleetOptions options;
    private readonly X509Certificate2? certificate;
    private readonly X509Certificate2Collection authorities = [];
    private (FileStamp Stamp, string Token)? token;

    /// <summary>Reads the files of the options.</summary>
    /// <exception cref="FleetException">One cannot be used.</exception>
    public AgentChannels(FleetOptions options)
    {
        this.options = options;
        try
        {
            if (options.AuthorityFile is not null)
                authorities.ImportFromPemFile(options.AuthorityFile);
            if (options.CertificateFile is not null)
                certificate = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);
            _ = Token();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new FleetException($"the files for talking to agents cannot be used: {e.Message}", e);
        }
    }

    /// <summary>A channel to an agent; nothing is dialled before the first call.</summary>
    public GrpcChannel Open(string address)
    {
        bool isPlain = options.IsPlaintext || (!options.HasTls && AgentAddress.IsLoopback(address));
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
        };
        string authority = address;
        if (!isPlain)
            handler.SslOptions = Tls();
        if (!isPlain && options.ServerName is not null)
        {
            // The handler checks certificates against the host of the URI: that is the name, and we dial the address.
            int colon = address.LastIndexOf(':');
            DnsEndPoint place = new(address[..colon].Trim('[', ']'), int.Parse(address.AsSpan(colon + 1), null));
            authority = options.ServerName + address[colon..];
            handler.ConnectCallback = (_, stop) => DialAsync(place, stop);
        }
        CallCredentials credentials = CallCredentials.FromInterceptor((_, headers) =>
        {
            if (Token() is string text)
                headers.Add("authorization", $"Bearer {text}");
            return Task.CompletedTask;
        });
        return GrpcChannel.ForAddress($"{(isPlain ? "http" : "https")}://{authority}", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = ProtocolLimits.Default.MessageBytesMax,
            Credentials = ChannelCredentials.Create(
                isPlain ? ChannelCredentials.Insecure : ChannelCredentials.SecureSsl, credentials),
            UnsafeUseInsecureChannelCallCredentials = isPlain,
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        certificate?.Dispose();
        foreach (X509Certificate2 authority in authorities)
            authority.Dispose();
    }

    private static async ValueTask<Stream> DialAsync(DnsEndPoint place, CancellationToken stop)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(place, stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions Tls()
    {
        SslClientAuthenticationOptions tls = new();
        if (certificate is not null)
            tls.ClientCertificates = [certificate];
        if (options.AuthorityFile is not null)
        {
            X509ChainPolicy policy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(authorities);
            tls.CertificateChainPolicy = policy;
        }
        return tls;
    }

    /// <summary>The token as the file has it now: who changes it need not restart anything.</summary>
    private string? Token()
    {
        if (options.TokenFile is null)
            return null;
        FileStamp stamp = FileStamp.Of(options.TokenFile);
        if (token is not { } known || known.Stamp != stamp)
            token = known = (stamp, File.ReadAllText(options.TokenFile).Trim());
        return known.Token;
    }
}
