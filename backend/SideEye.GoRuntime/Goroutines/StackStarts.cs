using System.Buffers.Binary;
using SideEye.GoRuntime.Unwinding;
using SideEye.Target;

namespace SideEye.GoRuntime.Goroutines;

/// <summary>
/// Decides where the walk of a goroutine's stack begins. Which saved registers are true depends on what the goroutine
/// was doing: parked, in a system call, on a thread, on a thread that had switched to another stack.
/// </summary>
public sealed class StackStarts
{
    // x86-64 rt_sigframe as the handler sees it: ucontext, in it uc_mcontext.gregs at 40
    // (Linux, arch/x86/include: asm/sigframe.h, uapi/asm/ucontext.h, uapi/asm/sigcontext.h).
    private const ulong MachineContextOffset = 40;
    private const int ContextRbp = 80;
    private const int ContextRsp = 120;
    private const int ContextRip = 128;

    private readonly RuntimeLayout layout;
    private readonly Unwinder unwinder;
    private readonly Architecture architecture;
    private readonly ITargetMemory memory;
    private readonly Dictionary<ulong, StoppedThread> threads;
    private readonly PclnTable pcln;
    private readonly GoFunction? signalEntry;
    private readonly List<FrameKey> handlerFrames = [];
    private readonly List<ulong> handlerStackPointers = [];

    /// <summary>Starts for the goroutines of one frozen process.</summary>
    /// <param name="binary">Of the process.</param>
    /// <param name="unwinder">Of the same process: signal stacks are walked to find what they interrupted.</param>
    /// <param name="memory">The ms, gsignals and signal stacks that were copied during the freeze.</param>
    /// <param name="threads">Every stopped thread.</param>
    public StackStarts(
        GoBinary binary, Unwinder unwinder, ITargetMemory memory, IEnumerable<StoppedThread> threads)
    {
        layout = binary.Layout;
        architecture = binary.Architecture;
        pcln = binary.Pcln;
        signalEntry = pcln.FindByName("runtime.sigtramp");
        this.unwinder = unwinder;
        this.memory = memory;
        this.threads = [];
        foreach (StoppedThread thread in threads)
            this.threads[thread.TargetThreadId] = thread;
    }

    /// <summary>The thread that runs the goroutine or waits in its system call; null for all others.</summary>
    public StoppedThread? ThreadOf(in GoroutineView g)
    {
        if (g.Status is not (GoroutineStatus.Running or GoroutineStatus.Syscall) || g.M == 0)
            return null;
        bool isKnown = memory.TryReadUInt64(new(g.M + (ulong)layout.M.ProcId), out ulong id)
            && threads.TryGetValue(id, out StoppedThread thread);
        return isKnown ? threads[id] : null;
    }

    /// <summary>Where to begin; null when no saved stack pointer lies on the goroutine's stack.</summary>
    public StackStart? For(in GoroutineView g)
    {
        if (g.Status == GoroutineStatus.Running)
            return ForRunning(g);
        // entersyscall saves the caller's pc and sp there (runtime/proc.go, reentersyscall).
        if (g.SyscallSp != 0 && g.IsOnStack(g.SyscallSp))
            return Saved(g.SyscallPc, g.SyscallSp, g.SyscallBp);
        return ForParked(g);
    }

    /// <summary>gopark, Gosched, preemption: mcall and gosave saved the registers in g.sched.</summary>
    private static StackStart? ForParked(in GoroutineView g) =>
        g.IsOnStack(g.SchedSp) ? Saved(g.SchedPc, g.SchedSp, g.SchedBp) : null;

    private StackStart? ForRunning(in GoroutineView g)
    {
        if (ThreadOf(g) is not StoppedThread thread)
            return ForParked(g);
        if (g.IsOnStack(thread.Registers.StackPointer.Value))
            return ForThread(g, thread.Registers);
        if (ForInterrupted(g, thread) is StackStart interrupted)
            return interrupted;
        return ForSwitched(g);
    }

    /// <summary>
    /// gogo loads the goroutine's SP and only then jumps to its pc: in between, the goroutine stands where it was
    /// parked (runtime/asm_amd64.s, gogo; the body is a static function of that name).
    /// </summary>
    private StackStart ForThread(in GoroutineView g, in Registers registers)
    {
        ulong pc = registers.ProgramCounter.Value - unwinder.LoadBias;
        bool isBeingResumed = pcln.TryFindFunction(pc, out GoFunction function)
            && (function.FuncId == GoFuncId.Gogo || pcln.NameUtf8(function).SequenceEqual("gogo"u8));
        return isBeingResumed
            ? Saved(g.SchedPc, registers.StackPointer.Value, registers.FramePointer.Value)
            : new StackStart(registers, IsExact: true);
    }

    /// <summary>
    /// The thread is on its g0 stack: in a vDSO call, which notes its caller in the m (runtime/time_linux_amd64.s), or
    /// on systemstack or in mcall, which save the goroutine's registers as for parking.
    /// </summary>
    private StackStart? ForSwitched(in GoroutineView g)
    {
        bool isInVdso = memory.TryReadUInt64(new(g.M + (ulong)layout.M.VdsoSp), out ulong sp) && g.IsOnStack(sp);
        if (isInVdso && memory.TryReadUInt64(new(g.M + (ulong)layout.M.VdsoPc), out ulong pc))
            return Saved(pc, sp, 0);
        return ForLeftMidway(g) ?? ForParked(g);
    }

    /// <summary>
    /// recovery (runtime/panic.go), which runs on g0, gives the goroutine the sp of the frame that recovers, then its
    /// pc, then its bp: after the first, the frame that called recovery is where pc and bp say. Null at other times.
    /// </summary>
    private StackStart? ForLeftMidway(in GoroutineView g)
    {
        ulong pc = g.SchedPc - unwinder.LoadBias;
        if (g.SchedBp >= g.SchedSp || !g.IsOnStack(g.SchedBp) || !pcln.TryFindFunction(pc, out GoFunction function)
            || !CallsRecovery(function) || !pcln.TryStackDelta(function, pc, out int delta))
        {
            return null;
        }
        return Saved(g.SchedPc, g.SchedBp + 8 - (ulong)delta, g.SchedBp);
    }

    /// <summary>runtime/panic.go: gopanic before Go 1.22, then (*_panic).nextDefer.</summary>
    private bool CallsRecovery(in GoFunction function) =>
        function.FuncId == GoFuncId.Gopanic
        || pcln.NameUtf8(function).SequenceEqual("runtime.(*_panic).nextDefer"u8);

    /// <summary>
    /// The thread is in a signal handler: the kernel put the interrupted registers above the handler's frames on the
    /// signal stack.
    /// </summary>
    private StackStart? ForInterrupted(in GoroutineView g, in StoppedThread thread)
    {
        if (architecture != Architecture.Amd64 || !TryReadSignalStack(g, thread, out byte[] bytes))
            return null;
        StackBytes stack = new(thread.Registers.StackPointer.Value, bytes);
        ulong registers = SignalContext(thread, stack) + MachineContextOffset;
        if (!stack.TryReadWord(registers + ContextRip, out ulong pc)
            || !stack.TryReadWord(registers + ContextRsp, out ulong sp)
            || !stack.TryReadWord(registers + ContextRbp, out ulong bp))
        {
            return null;
        }
        if (g.IsOnStack(sp))
            return new StackStart(new Registers(new(pc), new(sp), new(bp)), IsExact: true);
        return ForSwitched(g);
    }

    /// <summary>
    /// Address of the ucontext: where SP is when runtime.sigtramp has returned to the restorer. sigtramp is marked as
    /// the outermost function of its stack (TOPFRAME), so walks end in it; its restorer is libc's in programs with cgo.
    /// </summary>
    private ulong SignalContext(in StoppedThread thread, in StackBytes stack)
    {
        handlerFrames.Clear();
        handlerStackPointers.Clear();
        StackStart start = new(thread.Registers, IsExact: true);
        unwinder.Walk(start, stack, handlerFrames, handlerStackPointers, out Registers last);
        int entry = handlerFrames.FindIndex(frame => signalEntry?.Contains(frame.Pc) == true);
        int delta = 0;
        bool isInHandler = entry >= 0 && pcln.TryStackDelta(signalEntry!.Value, handlerFrames[entry].Pc, out delta);
        return isInHandler
            ? handlerStackPointers[entry] + (ulong)delta + 8
            : last.StackPointer.Value; // in the restorer already
    }

    private bool TryReadSignalStack(in GoroutineView g, in StoppedThread thread, out byte[] bytes)
    {
        bytes = [];
        Span<byte> signalG = stackalloc byte[16];
        if (!memory.TryReadUInt64(new(g.M + (ulong)layout.M.GSignal), out ulong gsignal)
            || !memory.TryRead(new(gsignal + (ulong)layout.G.StackLo), signalG))
        {
            return false;
        }
        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(signalG);
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(signalG[8..]);
        ulong sp = thread.Registers.StackPointer.Value;
        const ulong signalStackBytesMax = 1 << 20;
        if (sp < low || sp >= high || high - sp > signalStackBytesMax)
            return false;
        bytes = new byte[high - sp];
        return memory.TryRead(new(sp), bytes);
    }

    private static StackStart Saved(ulong pc, ulong sp, ulong bp) =>
        new(new Registers(new(pc), new(sp), new(bp)), IsExact: false);
}
