using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using SideEye.Grafana.Calls;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;

namespace SideEye.Plugin.Settings;

/// <summary>The connection of one data source to its control plane: one for gRPC and the HTTP API alike.</summary>
internal sealed class ControlPlaneLink : IDisposable
{
    private readonly GrpcChannel channel;
    private readonly HttpMessageInvoker http;
    private readonly X509Certificate2Collection certificates = [];

    internal ControlPlaneLink(SourceSettings settings)
    {
        Settings = settings;
        try
        {
            SocketsHttpHandler handler = new()
            {
                EnableMultipleHttp2Connections = true,
                PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
                KeepAlivePingDelay = TimeSpan.FromSeconds(30),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
                ConnectTimeout = TimeSpan.FromSeconds(10),
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                ActivityHeadersPropagator = null,
            };
            if (settings.Url.Scheme == "https")
                handler.SslOptions = Tls(settings);
            http = new HttpMessageInvoker(new Authorization(settings, handler));
        }
        catch (CryptographicException e)
        {
            throw new QueryException(
                $"A certificate or key in the data source's settings cannot be read: {e.Message}. They must be PEM, "
                + "as in files that begin with -----BEGIN.", cause: e);
        }
        channel = GrpcChannel.ForAddress(settings.Url, new GrpcChannelOptions
        {
            HttpClient = new HttpClient(new Passing(http), disposeHandler: false)
            {
                Timeout = Timeout.InfiniteTimeSpan,
            },
            MaxReceiveMessageSize = ProtocolLimits.Default.MessageBytesMax,
        });
        Client = new ControlPlane.ControlPlaneClient(channel);
    }

    /// <summary>What was configured.</summary>
    internal SourceSettings Settings { get; }

    /// <summary>The control plane's gRPC.</summary>
    internal ControlPlane.ControlPlaneClient Client { get; }

    /// <summary>Sends a request to the HTTP API, over HTTP/2 as all on this address.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return http.SendAsync(request, stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        channel.Dispose();
        http.Dispose();
        foreach (X509Certificate2 certificate in certificates)
            certificate.Dispose();
    }

    [SuppressMessage(
        "Security", "CA5359", Justification = "Somebody decided so in the settings, which say what it means.")]
    private SslClientAuthenticationOptions Tls(SourceSettings settings)
    {
        SslClientAuthenticationOptions tls = new() { EnabledSslProtocols = SslProtocols.None };
        if (settings.CertificatePem is string certificate)
        {
            X509Certificate2 ours = X509Certificate2.CreateFromPem(certificate, settings.KeyPem);
            certificates.Add(ours);
            tls.ClientCertificates = [ours];
        }
        if (settings.SkipsVerification)
        {
            tls.RemoteCertificateValidationCallback = AcceptAny;
        }
        else if (settings.AuthorityPem is string pem)
        {
            X509ChainPolicy policy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPem(pem);
            if (policy.CustomTrustStore.Count == 0)
                throw new CryptographicException("the CA certificate holds no certificate");
            certificates.AddRange(policy.CustomTrustStore);
            tls.CertificateChainPolicy = policy;
        }
        return tls;
    }

    private static bool AcceptAny(
        object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;

    /// <summary>Puts the token on every request.</summary>
    private sealed class Authorization(SourceSettings settings, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (settings.Token is string token)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            // It is this header, and no setting of TLS, against which the handler checks the certificate's name.
            if (settings.ServerName is string name)
                request.Headers.Host = name;
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Lets gRPC use the same connections.</summary>
    private sealed class Passing(HttpMessageInvoker invoker) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            invoker.SendAsync(request, cancellationToken);
    }
}
