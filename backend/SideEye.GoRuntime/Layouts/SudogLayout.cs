namespace SideEye.GoRuntime;

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
