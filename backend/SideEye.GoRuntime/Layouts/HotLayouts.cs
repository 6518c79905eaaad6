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

/// <summary>Offsets in bytes of runtime.m (runtime/runtime2.go), the record of a thread.</summary>
public sealed record MLayout
{
    internal MLayout(RuntimeStructure m)
    {
        Size = m.Size;
        G0 = m.Offset("g0");
        ProcId = m.Offset("procid");
        GSignal = m.Offset("gsignal");
        CurG = m.Offset("curg");
        P = m.Offset("p");
        Id = m.Offset("id");
        InCgo = m.Offset("incgo");
        VdsoSp = m.Offset("vdsoSP");
        VdsoPc = m.Offset("vdsoPC");
        AllLink = m.Offset("alllink");
        LockedG = m.Offset("lockedg");
    }

    /// <summary>Bytes of the structure.</summary>
    public int Size { get; }

    /// <summary>g0: the goroutine record of the thread's own stack.</summary>
    public int G0 { get; }

    /// <summary>procid: the kernel's thread id; 0 for the spare m of cgo programs.</summary>
    public int ProcId { get; }

    /// <summary>gsignal: the goroutine record of the signal stack.</summary>
    public int GSignal { get; }

    /// <summary>curg: the goroutine that the thread runs.</summary>
    public int CurG { get; }

    /// <summary>p: attached processor, or nil.</summary>
    public int P { get; }

    /// <summary>id.</summary>
    public int Id { get; }

    /// <summary>incgo, 1 byte: in a cgo call.</summary>
    public int InCgo { get; }

    /// <summary>vdsoSP: SP while in the vDSO, else 0.</summary>
    public int VdsoSp { get; }

    /// <summary>vdsoPC: PC of the call into the vDSO, else 0.</summary>
    public int VdsoPc { get; }

    /// <summary>alllink: next in runtime.allm.</summary>
    public int AllLink { get; }

    /// <summary>lockedg.</summary>
    public int LockedG { get; }
}

/// <summary>Offsets in bytes of runtime.sudog (runtime/runtime2.go), a goroutine in a wait queue.</summary>
public sealed record SudogLayout
{
    internal SudogLayout(RuntimeStructure sudog)
    {
        Size = sudog.Size;
        G = sudog.Offset("g");
        Next = sudog.Offset("next");
        Prev = sudog.Offset("prev");
        Elem = PointerIn(sudog, "elem");
        AcquireTime = sudog.Offset("acquiretime");
        IsSelect = sudog.Offset("isSelect");
        WaitLink = sudog.Offset("waitlink");
        Channel = PointerIn(sudog, "c");
    }

    /// <summary>Bytes of the structure.</summary>
    public int Size { get; }

    /// <summary>g: who waits.</summary>
    public int G { get; }

    /// <summary>next.</summary>
    public int Next { get; }

    /// <summary>prev.</summary>
    public int Prev { get; }

    /// <summary>elem: data slot or semaphore address; the <c>vu</c> word from 1.26 on.</summary>
    public int Elem { get; }

    /// <summary>acquiretime.</summary>
    public int AcquireTime { get; }

    /// <summary>isSelect, 1 byte.</summary>
    public int IsSelect { get; }

    /// <summary>waitlink: next in g.waiting.</summary>
    public int WaitLink { get; }

    /// <summary>c: the channel; the <c>vu</c> word from 1.26 on.</summary>
    public int Channel { get; }

    /// <summary>From 1.26 on such a field is maybeTraceablePtr {vp, vu}, of which vu is always set.</summary>
    private static int PointerIn(RuntimeStructure sudog, string field)
    {
        sudog.TryField(field, out RuntimeField place);
        return sudog.Offset(field) + (place.Size == 16 ? 8 : 0);
    }
}

/// <summary>Offsets in bytes of runtime.moduledata (runtime/symtab.go).</summary>
public sealed record ModuleDataLayout
{
    internal ModuleDataLayout(RuntimeStructure module)
    {
        Size = module.Size;
        PcHeader = module.Offset("pcHeader");
        MinPc = module.Offset("minpc");
        MaxPc = module.Offset("maxpc");
        Text = module.Offset("text");
        EText = module.Offset("etext");
        Types = module.Offset("types");
        ETypes = module.Offset("etypes");
        GoFunc = module.Offset("gofunc");
        Next = module.Offset("next");
    }

    /// <summary>Bytes of the structure.</summary>
    public int Size { get; }

    /// <summary>pcHeader: address of the pclntab.</summary>
    public int PcHeader { get; }

    /// <summary>minpc.</summary>
    public int MinPc { get; }

    /// <summary>maxpc.</summary>
    public int MaxPc { get; }

    /// <summary>text.</summary>
    public int Text { get; }

    /// <summary>etext.</summary>
    public int EText { get; }

    /// <summary>types.</summary>
    public int Types { get; }

    /// <summary>etypes.</summary>
    public int ETypes { get; }

    /// <summary>gofunc: what FUNCDATA offsets are relative to.</summary>
    public int GoFunc { get; }

    /// <summary>next module (plugins).</summary>
    public int Next { get; }
}
