using System.Runtime.InteropServices;

namespace SideEye.Plugin;

/// <summary>
/// The C library and OpenSSL are part of this file, and are told what those of the machine would know by themselves.
/// </summary>
internal static partial class CLibrary
{
    // Where systems keep the authorities that they trust: Debian, Ubuntu and Alpine; Red Hat; SUSE.
    private static readonly string[] Authorities =
    [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];

    /// <summary>Says where names and authorities are found. Before anything else.</summary>
    internal static void Configure()
    {
        // By /etc/hosts and DNS, /etc/passwd and /etc/group: the machine may name modules (for mDNS, systemd and the
        // like) that only its own C library can load. What cannot be set stays as the machine has it.
        _ = ConfigureNames("hosts", "files dns");
        _ = ConfigureNames("passwd", "files");
        _ = ConfigureNames("group", "files");
        // OpenSSL looks where Debian, which it was built for, keeps them; what the environment says comes first.
        if (Authorities.FirstOrDefault(File.Exists) is string file)
            _ = ConfigureVariable("SSL_CERT_FILE", file, overwrite: 0);
        _ = ConfigureVariable("SSL_CERT_DIR", "/etc/ssl/certs", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "__nss_configure_lookup", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ConfigureNames(string database, string modules);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ConfigureVariable(string name, string value, int overwrite);
}
