using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SideEye.Agent.Options;

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
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(file);
        if (authorities.Count == 0)
            throw new AgentStartException($"--client-ca {file} holds no certificate");
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, sent, _) => IsOf(certificate, sent, authorities);
    }

    /// <summary>The certificate is signed by one of ours and valid now; what the machine trusts does not count.
    /// </summary>
    private static bool IsOf(X509Certificate2 certificate, X509Chain? sent, X509Certificate2Collection authorities)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2")); // client authentication
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(certificate);
    }
}
