using System.Runtime.InteropServices;

namespace SideEye.Plugin;

/// <summary>
/// How the C library, which is part of this file, looks names up: by itself. The machine's configuration may name
/// modules (for mDNS, systemd and the like) that only the machine's own C library can load.
/// </summary>
internal static partial class NameLookup
{
    /// <summary>Hosts by /etc/hosts and DNS, users and groups by /etc/passwd and /etc/group. Before anything else.
    /// </summary>
    internal static void UseBuiltIn()
    {
        // What cannot be set stays as the machine has it.
        _ = Configure("hosts", "files dns");
        _ = Configure("passwd", "files");
        _ = Configure("group", "files");
    }

    [LibraryImport("libc", EntryPoint = "__nss_configure_lookup", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Configure(string database, string modules);
}
