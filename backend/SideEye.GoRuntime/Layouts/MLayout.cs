namespace SideEye.GoRuntime;

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
