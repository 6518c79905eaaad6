using Microsoft.Win32.SafeHandles;

namespace SideEye.ControlPlane.Agents;

/// <summary>
/// Tells whether a file has changed: the file itself, also behind links. Kubernetes replaces what it mounts by putting
/// a link elsewhere, and the link that one knows stays as it was.
/// </summary>
/// <param name="ChangedAt">When it was last written.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct FileStamp(DateTime ChangedAt, long Length)
{
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
    public static FileStamp Of(SafeFileHandle file) =>
        new(File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file));
}
