using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SideEye.Plugin.Tests;

/// <summary>Certificates that nobody trusts by himself.</summary>
internal static class Certificates
{
    /// <summary>One for localhost and 127.0.0.1, signed by itself, with its key.</summary>
    internal static X509Certificate2 ForThisMachine()
    {
        using RSA key = RSA.Create(2_048);
        CertificateRequest request = new("CN=control", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
