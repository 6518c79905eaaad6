using System.Text;
using Microsoft.Win32.SafeHandles;
using static SideEye.Linux.LibC;

namespace SideEye.Linux;

/// <summary>
/// Files that a process sees, in its own mount namespace. It may be hostile: links are followed as the process would,
/// so that none leads to a file of the host, and nothing but a regular file is opened, so that no pipe keeps us waiting
/// and no device is woken.
/// </summary>
internal static unsafe class ProcessRoot
{
    /// <summary>The start of a file; null when it is not there, no regular file, or not ours to see.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="path">Path below the root, without a slash in front.</param>
    /// <param name="bytesMax">Most bytes to read.</param>
    public static string? ReadText(int pid, string path, int bytesMax)
    {
        try
        {
            using SafeFileHandle? found = Find(pid, path);
            if (found is null)
                return null;
            using SafeFileHandle file = File.OpenHandle(
                $"/proc/self/fd/{found.DangerousGetHandle()}", FileMode.Open, FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[(int)Math.Min(bytesMax, RandomAccess.GetLength(file))];
            int read = 0;
            int more;
            while (read < bytes.Length && (more = RandomAccess.Read(file, bytes.AsSpan(read), read)) > 0)
                read += more;
            return Encoding.UTF8.GetString(bytes, 0, read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static SafeFileHandle? Find(int pid, string path)
    {
        const ulong inRoot = 0x10; // RESOLVE_IN_ROOT: linux/openat2.h
        const ulong noMagicLinks = 0x02;
        using SafeFileHandle root = new(Open($"/proc/{pid}/root", PathOnly | CloseOnExec), ownsHandle: true);
        if (root.IsInvalid)
            return null;
        OpenHow how = new() { Flags = PathOnly | CloseOnExec, Resolve = inRoot | noMagicLinks };
        SafeFileHandle found = new(
            (nint)OpenAt2(OpenAt2Number, (int)root.DangerousGetHandle(), path, &how, (nuint)sizeof(OpenHow)),
            ownsHandle: true);
        if (!found.IsInvalid && IsRegular(found))
            return found;
        found.Dispose();
        return null;
    }

    private static bool IsRegular(SafeFileHandle file)
    {
        const int emptyPath = 0x1000; // AT_EMPTY_PATH
        const uint typeAndMode = 3;   // STATX_TYPE | STATX_MODE
        const int typeMask = 0xF000;
        const int regular = 0x8000;
        StatX stat = default;
        return StatXOf((int)file.DangerousGetHandle(), "", emptyPath, typeAndMode, &stat) == 0
            && (stat.Mode & typeMask) == regular;
    }
}
