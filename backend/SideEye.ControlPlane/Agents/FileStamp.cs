using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace SideEye.ControlPlane.Agents;

/// <summary>
/// Tells whether a file has changed: the file itself, also behind links. Kubernetes replaces what it mounts by putting
/// a link elsewhere, and the link that one knows stays as it was. The time alone does not tell: the kernel counts it in
/// steps of milliseconds, and two tokens are equally long.
/// </summary>
/// <param name="ChangedAt">When it was last written.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Digest">Of its first bytes, which are all of a token, a certificate or a list of hundreds of agents.
/// </param>
internal readonly record struct FileStamp(DateTime ChangedAt, long Length, ulong Digest)
{
    private const int DigestedMax = 64 * 1024;

    /// <summary>The stamp of a file now; nothing is the stamp of one that cannot be opened.</summary>
    public static FileStamp Of(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return Of(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>The stamp of an open file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileStamp Of(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        byte[] first = new byte[Math.Min(length, DigestedMax)];
        int read = RandomAccess.Read(file, first, 0);
        return new FileStamp(File.GetLastWriteTimeUtc(file), length,
            BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(first.AsSpan(0, read))));
    }
}
