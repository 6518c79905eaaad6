namespace SideEye.Testing;

/// <summary>A goroutine as the Go runtime prints it.</summary>
public sealed record DumpedGoroutine
{
    /// <summary>Goroutine id; 0 is a thread's scheduling stack, which only crash dumps show.</summary>
    public required long Id { get; init; }

    /// <summary>The status or wait reason, without remarks: "chan receive", "running", "syscall".</summary>
    public required string State { get; init; }

    /// <summary>What stands in parentheses behind the state: "leaked", "scan", "durable".</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>
    /// How long it has waited, in whole minutes; null where nothing is printed, which means under one.
    /// </summary>
    public int? WaitMinutes { get; init; }

    /// <summary>Whether the goroutine is wired to its thread.</summary>
    public bool IsLockedToThread { get; init; }

    /// <summary>Profiler labels; printed by programs of Go 1.27 and later only.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Address of its g; crash dumps of Go 1.23 and later.</summary>
    public ulong? Address { get; init; }

    /// <summary>Number of the m that runs it; crash dumps of Go 1.23 and later, null when it has none.</summary>
    public long? MachineId { get; init; }

    /// <summary>Innermost first, inlined calls included.</summary>
    public required IReadOnlyList<DumpedFrame> Frames { get; init; }

    /// <summary>The go statement that started it; null for the main goroutine and those started by C.</summary>
    public DumpedCreation? CreatedBy { get; init; }

    /// <summary>
    /// Index in <see cref="Frames"/> before which the runtime left frames out; null when it printed all.
    /// </summary>
    public int? ElidedAt { get; init; }

    /// <summary>
    /// How many frames were left out; null when none were or the runtime does not say (before Go 1.21).
    /// </summary>
    public int? ElidedCount { get; init; }

    /// <summary>It was running elsewhere while the dump was made, so there are no frames.</summary>
    public bool IsStackUnavailable { get; init; }
}

/// <summary>One line pair of a printed stack.</summary>
/// <param name="Function">Full name, type arguments as "[...]"; runtime.gopanic is printed as "panic".</param>
/// <param name="Arguments">The words between the parentheses; "..." for an inlined call.</param>
/// <param name="File">Path as compiled in.</param>
/// <param name="Line">Line of the call, from 1.</param>
/// <param name="Offset">Return address from the function's entry; null for inlined calls.</param>
/// <param name="FramePointer">The runtime's own idea of the frame: the caller's sp at the call; crash dumps.</param>
/// <param name="StackPointer">Lowest address of the frame; crash dumps.</param>
/// <param name="ProgramCounter">Return address, or where the innermost frame is; crash dumps.</param>
public sealed record DumpedFrame(
    string Function, string Arguments, string File, int Line, ulong? Offset,
    ulong? FramePointer = null, ulong? StackPointer = null, ulong? ProgramCounter = null)
{
    /// <summary>Whether the call shares the frame of the one printed after it.</summary>
    public bool IsInlined => Arguments == "...";
}

/// <summary>The "created by" lines.</summary>
/// <param name="Function">The function with the go statement.</param>
/// <param name="ParentId">The goroutine that ran it; Go 1.21 and later.</param>
/// <param name="File">Path as compiled in.</param>
/// <param name="Line">Line of the go statement.</param>
public sealed record DumpedCreation(string Function, long? ParentId, string File, int Line);
