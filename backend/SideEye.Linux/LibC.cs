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

    /// <summary>O_PATH: names a file without opening it.</summary>
    internal const int PathOnly = 0x20_0000;

    /// <summary>O_CLOEXEC.</summary>
    internal const int CloseOnExec = 0x8_0000;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int file, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int file);

    /// <summary>PROT_READ.</summary>
    internal const int MayRead = 1;

    /// <summary>MAP_SHARED | MAP_FIXED: in the place of what is mapped at the address.</summary>
    internal const int SharedInPlace = 0x11;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Map(byte* address, nuint length, int protection, int flags, int file, long offset);

    /// <summary>MADV_DONTNEED.</summary>
    internal const int NotNeeded = 4;

    [LibraryImport("libc", EntryPoint = "madvise")]
    internal static partial int Advise(byte* address, nuint length, int advice);

    /// <summary>struct open_how of linux/openat2.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>openat2's number, which libc has no function for; it is the same on all processors.</summary>
    internal const long OpenAt2Number = 437;

    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial long OpenAt2(long number, int folder, string path, OpenHow* how, nuint size);

    /// <summary>struct statx, which is the same on all processors: what is asked of it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct StatX
    {
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    /// <summary>AT_EMPTY_PATH: the file that is open, without a path.</summary>
    internal const int OfFileItself = 0x1000;

    /// <summary>STATX_INO.</summary>
    internal const uint WantsInode = 0x100;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int StatXOf(int folder, string path, int flags, uint mask, StatX* stat);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true)]
    internal static partial int Execute(byte* path, byte** arguments);
}
