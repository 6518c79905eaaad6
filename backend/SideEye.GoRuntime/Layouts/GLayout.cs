namespace SideEye.GoRuntime;

/// <summary>Offsets in bytes of runtime.g (runtime/runtime2.go), the record of a goroutine.</summary>
public sealed record GLayout
{
    internal GLayout(RuntimeStructure g, RuntimeStructure gobuf, RuntimeStructure stack)
    {
        Size = g.Size;
        StackLo = g.Offset("stack") + stack.Offset("lo");
        StackHi = g.Offset("stack") + stack.Offset("hi");
        StackGuard0 = g.Offset("stackguard0");
        M = g.Offset("m");
        int sched = g.Offset("sched");
        SchedSp = sched + gobuf.Offset("sp");
        SchedPc = sched + gobuf.Offset("pc");
        SchedLr = sched + gobuf.Offset("lr");
        SchedBp = sched + gobuf.Offset("bp");
        SyscallSp = g.Offset("syscallsp");
        SyscallPc = g.Offset("syscallpc");
        SyscallBp = g.OptionalOffset("syscallbp");
        StackTopSp = g.Offset("stktopsp");
        Param = g.Offset("param");
        AtomicStatus = g.Offset("atomicstatus");
        Goid = g.Offset("goid");
        WaitSince = g.Offset("waitsince");
        WaitReason = g.Offset("waitreason");
        AsyncSafePoint = g.Offset("asyncSafePoint");
        TrackingSeq = g.Offset("trackingSeq");
        LockedM = g.Offset("lockedm");
        ParentGoid = g.OptionalOffset("parentGoid");
        GoPc = g.Offset("gopc");
        StartPc = g.Offset("startpc");
        Waiting = g.Offset("waiting");
        Labels = g.Offset("labels");
        Timer = g.Offset("timer");
        SleepWhen = g.OptionalOffset("sleepWhen");
        RunningCleanups = g.OptionalOffset("runningCleanups");
        Defer = g.Offset("_defer");
        Panic = g.Offset("_panic");
    }

    /// <summary>Bytes of the structure.</summary>
    public int Size { get; }

    /// <summary>stack.lo: lowest address of the stack.</summary>
    public int StackLo { get; }

    /// <summary>stack.hi: first address above the stack.</summary>
    public int StackHi { get; }

    /// <summary>stackguard0, which every prologue compares SP with.</summary>
    public int StackGuard0 { get; }

    /// <summary>_panic: innermost panic.</summary>
    public int Panic { get; }

    /// <summary>_defer: innermost defer record.</summary>
    public int Defer { get; }

    /// <summary>m: the thread that runs it, or nil.</summary>
    public int M { get; }

    /// <summary>sched.sp.</summary>
    public int SchedSp { get; }

    /// <summary>sched.pc.</summary>
    public int SchedPc { get; }

    /// <summary>sched.lr, of use on arm64.</summary>
    public int SchedLr { get; }

    /// <summary>sched.bp.</summary>
    public int SchedBp { get; }

    /// <summary>syscallsp.</summary>
    public int SyscallSp { get; }

    /// <summary>syscallpc.</summary>
    public int SyscallPc { get; }

    /// <summary>syscallbp; 1.23 and later.</summary>
    public int? SyscallBp { get; }

    /// <summary>stktopsp: expected SP at the top of the stack.</summary>
    public int StackTopSp { get; }

    /// <summary>param.</summary>
    public int Param { get; }

    /// <summary>atomicstatus, 4 bytes.</summary>
    public int AtomicStatus { get; }

    /// <summary>goid, 8 bytes.</summary>
    public int Goid { get; }

    /// <summary>waitsince, nanoseconds of CLOCK_MONOTONIC, set by a garbage collection only.</summary>
    public int WaitSince { get; }

    /// <summary>waitreason, 1 byte, index into the wait reasons.</summary>
    public int WaitReason { get; }

    /// <summary>asyncSafePoint, 1 byte: stopped at an asynchronous safe point.</summary>
    public int AsyncSafePoint { get; }

    /// <summary>trackingSeq, 1 byte: counts transitions for which scheduling latency may be tracked.</summary>
    public int TrackingSeq { get; }

    /// <summary>lockedm.</summary>
    public int LockedM { get; }

    /// <summary>parentGoid; 1.21 and later.</summary>
    public int? ParentGoid { get; }

    /// <summary>gopc: return address of the go statement.</summary>
    public int GoPc { get; }

    /// <summary>startpc: entry of the goroutine's function.</summary>
    public int StartPc { get; }

    /// <summary>waiting: list of sudogs.</summary>
    public int Waiting { get; }

    /// <summary>labels: profiler labels.</summary>
    public int Labels { get; }

    /// <summary>timer: the cached timer of time.Sleep.</summary>
    public int Timer { get; }

    /// <summary>sleepWhen: when time.Sleep ends, nanoseconds of CLOCK_MONOTONIC; 1.23 and later.</summary>
    public int? SleepWhen { get; }

    /// <summary>runningCleanups, 1 byte; 1.25 and later.</summary>
    public int? RunningCleanups { get; }
}
