using System.Runtime.InteropServices;

namespace SideEye.Linux;

/// <summary>The few system calls that .NET has no face for.</summary>
internal static unsafe partial class LibC
{
    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    /// <summary>UIO_MAXIOV: ranges that one call accepts.</summary>
    internal const int IoVectorsMax = 1024;

    [LibraryImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    internal static partial nint ProcessVmReadV(
        int pid, IoVector* local, nuint localCount, IoVector* remote, nuint remoteCount, nuint flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUserId();

    /// <summary>struct timespec of 64-bit processors.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>CLOCK_THREAD_CPUTIME_ID.</summary>
    internal const int ClockOfThread = 3;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    internal static partial int ClockGetTime(int clock, out TimeSpec time);

    /// <summary>PRIO_PROCESS: on Linux, one thread.</summary>
    internal const int PriorityOfThread = 0;

    [LibraryImport("libc", EntryPoint = "getpriority")]
    internal static partial int GetPriority(int which, uint who);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    internal static partial int SetPriority(int which, uint who, int priority);
}
