using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace SideEye.Grafana.Hosting;

/// <summary>Where the plugin's socket lies: a file that nobody else can guess or open.</summary>
internal sealed class SocketPlace
{
    private const string DirectoryName = "PLUGIN_UNIX_SOCKET_DIR";
    private const string GroupName = "PLUGIN_UNIX_SOCKET_GROUP";
    private const string Suffix = ".sock";

    private readonly bool isForGroup;

    private SocketPlace(string path, bool isForGroup)
    {
        Path = path;
        this.isForGroup = isForGroup;
    }

    internal string Path { get; }

    /// <summary>Chooses a path, and removes what dead processes of the same name left there.</summary>
    /// <returns>Null where the path would be too long for a socket.</returns>
    internal static SocketPlace? Choose(string name, Func<string, string?> environment, HostLimits limits)
    {
        string? asked = environment(DirectoryName);
        string folder = string.IsNullOrEmpty(asked) ? System.IO.Path.GetTempPath() : asked;
        string path = System.IO.Path.Combine(
            folder, $"{name}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}{Suffix}");
        if (Encoding.UTF8.GetByteCount(path) > limits.SocketPathBytesMax)
            return null;
        RemoveLeftovers(folder, name, limits);
        return new SocketPlace(path, !string.IsNullOrEmpty(environment(GroupName)));
    }

    /// <summary>Lets only this user in, or also the group where the host wants that.</summary>
    internal void Restrict(ILogger log)
    {
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (isForGroup)
        {
            mode |= UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
            HostLog.GroupIsOurs(log, GroupName, Path);
        }
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, mode);
    }

    /// <summary>Removes the socket, where it is still there.</summary>
    internal void Remove()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start removes it.
        }
    }

    /// <summary>A socket that refuses connections has no listener any more.</summary>
    private static void RemoveLeftovers(string folder, string name, HostLimits limits)
    {
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder, $"{name}-*{Suffix}").Take(limits.LeftoversMax))
            {
                if (IsDead(path))
                    File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DirectoryNotFoundException)
        {
            // Not ours to remove, or the folder is not there: binding will say so.
        }
    }

    private static bool IsDead(string path)
    {
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Blocking = false;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
