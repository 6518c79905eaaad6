using SideEye.GoRuntime;
using SideEye.GoRuntime.Goroutines;

namespace SideEye.Capture.Waits;

/// <summary>
/// What stays the same while a goroutine waits in one and the same wait. A goroutine that woke up and waits again at
/// the same place has left the running state in between, and the runtime counts that in g.trackingSeq (runtime/proc.go,
/// casgstatus): only a multiple of 256 such turns between two looks could be mistaken for one wait.
/// </summary>
public readonly record struct WaitIdentity(
    GoroutineStatus Status, ulong StackPointer, ulong ProgramCounter, ulong Waiter, long SleepWhen, byte TrackingSeq)
{
    /// <summary>The identity of the wait that a goroutine is in; null when it is in none.</summary>
    public static WaitIdentity? Of(in GoroutineView g) => g.Status switch
    {
        GoroutineStatus.Waiting => new(
            g.Status, g.SchedSp, g.SchedPc, g.Waiting, g.SleepWhen ?? 0, g.TrackingSeq),
        GoroutineStatus.Syscall => new(g.Status, g.SyscallSp, g.SyscallPc, g.M, 0, g.TrackingSeq),
        _ => null,
    };
}
