using System.ComponentModel;
using System.Runtime.InteropServices;
using static SideEye.Linux.LibC;

namespace SideEye.Linux;

/// <summary>The program that this process executes.</summary>
public static unsafe class OwnProgram
{
    /// <summary>
    /// Executes another program in the place of this one: pid, standard streams and environment stay. Returns only when
    /// that is not possible.
    /// </summary>
    /// <param name="path">The program's file.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <exception cref="Win32Exception">The kernel refuses; the message says why.</exception>
    public static void Replace(string path, IReadOnlyList<string> arguments)
    {
        string[] all = [path, .. arguments];
        nint[] texts = [.. all.Select(Marshal.StringToCoTaskMemUTF8), 0];
        try
        {
            fixed (nint* argv = texts)
                Execute((byte*)texts[0], (byte**)argv);
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        finally
        {
            foreach (nint text in texts)
                Marshal.FreeCoTaskMem(text);
        }
    }
}
