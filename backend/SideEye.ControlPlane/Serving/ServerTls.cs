using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using SideEye.ControlPlane.Agents;
using SideEye.Protocol;

namespace SideEye.ControlPlane.Serving;

/// <summary>TLS as the options want it. Files that change are read again, so a renewed certificate needs no restart.
/// </summary>
internal sealed partial class ServerTls
{
    private readonly string certificate;
    private readonly string key;
    private readonly string? authority;
    private readonly TimeSpan handshakeMax;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private SslServerAuthenticationOptions current;
    private (FileStamp, FileStamp, FileStamp) readAt;
    private (FileStamp, FileStamp, FileStamp) failedAt;

    private ServerTls(ControlPlaneOptions options, ILogger log)
    {
        certificate = options.TlsCertificate!;
        key = options.TlsKey!;
        authority = options.ClientAuthority;
        handshakeMax = options.Limits.HeadersMax;
        this.log = log;
        readAt = Stamps();
        current = Load();
    }

    /// <summary>Reads the files.</summary>
    /// <returns>Null without TLS.</returns>
    /// <exception cref="ControlPlaneStartException">A file is missing or malformed, or one is not given.</exception>
    public static ServerTls? Read(ControlPlaneOptions options, ILogger log)
    {
        if (options.TlsCertificate is null || options.TlsKey is null)
        {
            if (options.TlsCertificate is null && options.TlsKey is null && options.ClientAuthority is null)
                return null;
            throw new ControlPlaneStartException(
                "--tls-cert and --tls-key belong together, and --client-ca needs both");
        }
        try
        {
            return new ServerTls(options, log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ControlPlaneStartException($"the TLS files cannot be used: {e.Message}", e);
        }
    }

    /// <summary>What Kestrel needs.</summary>
    public TlsHandshakeCallbackOptions ForKestrel() => new()
    {
        HandshakeTimeout = handshakeMax,
        OnConnection = _ => ValueTask.FromResult(Current()),
    };

    private SslServerAuthenticationOptions Current()
    {
        lock (gate)
        {
            (FileStamp, FileStamp, FileStamp) stamps = Stamps();
            if (stamps == readAt)
                return Copy(current);
            try
            {
                current = Load();
                readAt = stamps;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                // A certificate is renewed file by file: until all fit together, the old one serves.
                if (failedAt != stamps)
                    CannotRenew(log, e.Message);
                failedAt = stamps;
            }
            return Copy(current);
        }
    }

    private (FileStamp, FileStamp, FileStamp) Stamps() => (
        FileStamp.Of(certificate), FileStamp.Of(key), authority is null ? default : FileStamp.Of(authority));

    private SslServerAuthenticationOptions Load()
    {
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(certificate);
        SslServerAuthenticationOptions tls = new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(certificate, key), chain, offline: true),
        };
        if (authority is null)
            return tls;
        X509Certificate2Collection authorities = ClientCertificates.ReadAuthorities(authority);
        tls.ClientCertificateRequired = true;
        tls.RemoteCertificateValidationCallback = (_, shown, sent, _) =>
            shown is X509Certificate2 theirs && ClientCertificates.AreOf(theirs, sent, authorities);
        return tls;
    }

    // Kestrel writes into what it gets.
    private static SslServerAuthenticationOptions Copy(SslServerAuthenticationOptions tls) => new()
    {
        ServerCertificateContext = tls.ServerCertificateContext,
        ClientCertificateRequired = tls.ClientCertificateRequired,
        RemoteCertificateValidationCallback = tls.RemoteCertificateValidationCallback,
    };

    [LoggerMessage(LogLevel.Error, "the changed TLS files cannot be used, those from before stay: {reason}")]
    private static partial void CannotRenew(ILogger log, string reason);
}
