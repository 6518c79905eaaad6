using System.Buffers.Binary;

namespace SideEye.GoRuntime.Goroutines;

/// <summary>The bytes of a runtime.g, read by the layout of its Go version. Reads nothing but those bytes.</summary>
public readonly ref struct GoroutineView(GLayout layout, ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Goroutine id; the number in a goroutine dump.</summary>
    public long Id => (long)Word(layout.Goid);

    /// <summary>Status without the scan bit.</summary>
    public GoroutineStatus Status =>
        GoroutineStatuses.FromWord(BinaryPrimitives.ReadUInt32LittleEndian(bytes[layout.AtomicStatus..]));

    /// <summary>Index into the wait reasons; stale unless waiting.</summary>
    public byte WaitReason => bytes[layout.WaitReason];

    /// <summary>Lowest address of the stack.</summary>
    public ulong StackLow => Word(layout.StackLo);

    /// <summary>First address above the stack.</summary>
    public ulong StackHigh => Word(layout.StackHi);

    /// <summary>The m that runs it, or 0.</summary>
    public ulong M => Word(layout.M);

    /// <summary>Saved stack pointer; stale while running.</summary>
    public ulong SchedSp => Word(layout.SchedSp);

    /// <summary>Saved program counter.</summary>
    public ulong SchedPc => Word(layout.SchedPc);

    /// <summary>Saved frame pointer.</summary>
    public ulong SchedBp => Word(layout.SchedBp);

    /// <summary>Stack pointer on entering a system call; 0 outside of one.</summary>
    public ulong SyscallSp => Word(layout.SyscallSp);

    /// <summary>Program counter on entering a system call.</summary>
    public ulong SyscallPc => Word(layout.SyscallPc);

    /// <summary>Frame pointer on entering a system call; 0 before Go 1.23.</summary>
    public ulong SyscallBp => layout.SyscallBp is int offset ? Word(offset) : 0;

    /// <summary>
    /// Nanoseconds of CLOCK_MONOTONIC when a garbage collection first found it waiting; 0 when none did.
    /// </summary>
    public long WaitSince => (long)Word(layout.WaitSince);

    /// <summary>Nanoseconds of CLOCK_MONOTONIC when its time.Sleep ends; 0 or null before Go 1.23.</summary>
    public long? SleepWhen => layout.SleepWhen is int offset ? (long)Word(offset) : null;

    /// <summary>
    /// Changes each time the goroutine leaves the running state (runtime/proc.go, casgstatus); wraps at 256.
    /// </summary>
    public byte TrackingSeq => bytes[layout.TrackingSeq];

    /// <summary>Goroutine that executed the go statement; null before Go 1.21 and for the first ones.</summary>
    public long? ParentId => layout.ParentGoid is int offset && Word(offset) is not 0 and ulong id ? (long)id : null;

    /// <summary>Return address of the go statement, run-time; 0 for the first goroutine.</summary>
    public ulong GoPc => Word(layout.GoPc);

    /// <summary>Entry of the goroutine's function, run-time.</summary>
    public ulong StartPc => Word(layout.StartPc);

    /// <summary>First sudog, or 0.</summary>
    public ulong Waiting => Word(layout.Waiting);

    /// <summary>Profiler labels, or 0.</summary>
    public ulong Labels => Word(layout.Labels);

    /// <summary>True while a cleanup of runtime.AddCleanup runs (Go 1.25 and later).</summary>
    public bool IsRunningCleanups => layout.RunningCleanups is int offset && bytes[offset] != 0;

    /// <summary>True when the address lies on the goroutine's stack.</summary>
    public bool IsOnStack(ulong address) => address >= StackLow && address < StackHigh;

    private ulong Word(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
