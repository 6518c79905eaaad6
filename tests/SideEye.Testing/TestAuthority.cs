using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SideEye.Testing;

/// <summary>An authority of our own, which writes certificates as PEM files.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 certificate;
    private readonly string folder;

    /// <summary>A new authority.</summary>
    /// <param name="folder">Where its files go.</param>
    /// <param name="name">Of it and of its files.</param>
    public TestAuthority(string folder, string name)
    {
        this.folder = folder;
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        File = Path.Combine(folder, $"{name}.pem");
        System.IO.File.WriteAllText(File, certificate.ExportCertificatePem());
    }

    /// <summary>Its certificate, as a PEM file.</summary>
    public string File { get; }

    /// <summary>A certificate for an address, or for whoever calls.</summary>
    /// <returns>PEM files of the certificate and its key.</returns>
    public (string Certificate, string Key) Issue(string name, IPAddress? address = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        if (address is not null)
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(
            certificate, certificate.NotBefore, certificate.NotAfter, RandomNumberGenerator.GetBytes(8));
        string file = Path.Combine(folder, $"{name}.crt"), keyFile = Path.Combine(folder, $"{name}.key");
        System.IO.File.WriteAllText(file, issued.ExportCertificatePem());
        System.IO.File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (file, keyFile);
    }

    /// <inheritdoc/>
    public void Dispose() => certificate.Dispose();
}
