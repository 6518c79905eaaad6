using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SideEye.Protocol;

/// <summary>Certificates that callers show.</summary>
public static class ClientCertificates
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Reads authorities.</summary>
    /// <param name="file">A PEM file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="CryptographicException">It holds no certificate, or something else.</exception>
    public static X509Certificate2Collection ReadAuthorities(string file)
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException($"{file} holds no certificate");
    }

    /// <summary>The certificate is signed by one of the authorities and valid now; what the machine trusts does not
    /// count.</summary>
    /// <param name="certificate">Of the caller.</param>
    /// <param name="sent">What came with it; may help to find the way to an authority.</param>
    /// <param name="authorities">Those that are trusted.</param>
    public static bool AreOf(
        X509Certificate2 certificate, X509Chain? sent, X509Certificate2Collection authorities)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(certificate);
    }
}
