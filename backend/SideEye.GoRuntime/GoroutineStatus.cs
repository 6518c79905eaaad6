namespace SideEye.GoRuntime;

/// <summary>g.atomicstatus without the scan bit (runtime/runtime2.go).</summary>
public enum GoroutineStatus
{
    /// <summary>Just allocated.</summary>
    Idle = 0,

    /// <summary>On a run queue.</summary>
    Runnable = 1,

    /// <summary>Executing.</summary>
    Running = 2,

    /// <summary>In a system call or in C.</summary>
    Syscall = 3,

    /// <summary>Blocked; the wait reason says on what.</summary>
    Waiting = 4,

    /// <summary>Finished, or about to be used.</summary>
    Dead = 6,

    /// <summary>Its stack is being moved.</summary>
    CopyStack = 8,

    /// <summary>Suspended by the garbage collector.</summary>
    Preempted = 9,

    /// <summary>Found leaked by the garbage collector; 1.26 and later.</summary>
    Leaked = 10,

    /// <summary>The goroutine of a spare cgo thread; 1.26 and later.</summary>
    DeadExtra = 11,
}

/// <summary>What a status word says.</summary>
public static class GoroutineStatuses
{
    private const uint ScanBit = 0x1000;

    /// <summary>The status in a word of g.atomicstatus: the garbage collector's scan bit is masked off.</summary>
    public static GoroutineStatus FromWord(uint atomicStatus) => (GoroutineStatus)(atomicStatus & ~ScanBit);

    /// <summary>The name that runtime.Stack prints (runtime/traceback.go gStatusStrings), or <c>status N</c>.</summary>
    public static string Name(this GoroutineStatus status) => status switch
    {
        GoroutineStatus.Idle => "idle",
        GoroutineStatus.Runnable => "runnable",
        GoroutineStatus.Running => "running",
        GoroutineStatus.Syscall => "syscall",
        GoroutineStatus.Waiting => "waiting",
        GoroutineStatus.Dead => "dead",
        GoroutineStatus.CopyStack => "copystack",
        GoroutineStatus.Preempted => "preempted",
        GoroutineStatus.Leaked => "leaked",
        GoroutineStatus.DeadExtra => "waiting for cgo callback",
        _ => $"status {(int)status}",
    };

    /// <summary>True when there is a stack to walk: not idle, dead, or being moved.</summary>
    public static bool HasStack(this GoroutineStatus status) => status is GoroutineStatus.Runnable
        or GoroutineStatus.Running or GoroutineStatus.Syscall or GoroutineStatus.Waiting or GoroutineStatus.Preempted
        or GoroutineStatus.Leaked;
}
