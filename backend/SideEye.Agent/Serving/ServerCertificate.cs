using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SideEye.Agent.Options;
using SideEye.Protocol;

namespace SideEye.Agent.Serving;

/// <summary>TLS as the options want it.</summary>
internal static class ServerCertificate
{
    /// <summary>What Kestrel needs; null without TLS.</summary>
    /// <exception cref="AgentStartException">A file is missing or malformed.</exception>
    public static HttpsConnectionAdapterOptions? Read(AgentOptions options)
    {
        if (options.TlsCertificate is null || options.TlsKey is null)
        {
            if (options.TlsCertificate is null && options.TlsKey is null && options.ClientAuthority is null)
                return null;
            throw new AgentStartException("--tls-cert and --tls-key belong together, and --client-ca needs both");
        }
        try
        {
            HttpsConnectionAdapterOptions https = new()
            {
                ServerCertificate = X509Certificate2.CreateFromPemFile(options.TlsCertificate, options.TlsKey),
            };
            X509Certificate2Collection chain = [];
            chain.ImportFromPemFile(options.TlsCertificate);
            https.ServerCertificateChain = chain;
            if (options.ClientAuthority is not null)
                RequireClient(https, options.ClientAuthority);
            return https;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new AgentStartException($"the TLS files cannot be used: {e.Message}");
        }
    }

    private static void RequireClient(HttpsConnectionAdapterOptions https, string file)
    {
        X509Certificate2Collection authorities = ClientCertificates.ReadAuthorities(file);
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, sent, _) =>
            ClientCertificates.AreOf(certificate, sent, authorities);
    }
}
