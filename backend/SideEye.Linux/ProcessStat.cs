using System.Buffers.Text;
using System.Globalization;
using static SideEye.Linux.LibC;

namespace SideEye.Linux;

/// <summary>One reading of /proc/PID/stat, which is what a look at hundreds of processes can afford.</summary>
/// <param name="State">R, S, D, T, Z, ...</param>
/// <param name="Flags">The kernel's own PF_ flags.</param>
/// <param name="StartTicks">Clock ticks after boot when the process started.</param>
public readonly unsafe record struct ProcessStat(char State, uint Flags, ulong StartTicks)
{
    // 52 numbers of at most 20 digits, and a name of at most 64 bytes.
    private const int BytesMax = 2048;

    /// <summary>True when the process is neither a zombie nor about to be one: on its way there it has neither memory
    /// nor executable any more.</summary>
    public bool IsAlive => State is not ('Z' or 'X') && (Flags & 4) == 0; // PF_EXITING: include/linux/sched.h

    /// <summary>True for a thread of the kernel.</summary>
    public bool IsKernelThread => (Flags & 0x0020_0000) != 0; // PF_KTHREAD: include/linux/sched.h

    /// <summary>Reads it; null when the process is gone.</summary>
    internal static ProcessStat? TryRead(int pid)
    {
        int file = Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"), CloseOnExec);
        if (file < 0)
            return null;
        byte* bytes = stackalloc byte[BytesMax];
        nint read = Read(file, bytes, BytesMax);
        _ = Close(file);
        return read <= 0 ? null : Parse(new ReadOnlySpan<byte>(bytes, (int)read));
    }

    /// <summary>proc(5): the name in parentheses may hold anything; state, flags and starttime are fields 3, 9 and 22.
    /// </summary>
    private static ProcessStat? Parse(ReadOnlySpan<byte> text)
    {
        int end = text.LastIndexOf((byte)')');
        if (end < 0 || end + 2 >= text.Length)
            return null;
        ReadOnlySpan<byte> rest = text[(end + 2)..];
        char state = (char)rest[0];
        uint flags = 0;
        int field = 3;
        foreach (Range range in rest.Split((byte)' '))
        {
            if (field == 9)
                _ = Utf8Parser.TryParse(rest[range], out flags, out _);
            if (field == 22)
                return Utf8Parser.TryParse(rest[range], out ulong start, out _) ? new(state, flags, start) : null;
            field++;
        }
        return null;
    }
}
