using SideEye.Target;

namespace SideEye.GoRuntime.Unwinding;

/// <summary>
/// Walks goroutine stacks of one process over copied bytes. Not safe for use by several threads: it remembers what it
/// has learned about each pc.
/// </summary>
/// <remarks>
/// It goes by the runtime's own SP tables (pcsp), as the runtime's unwinder does (runtime/traceback.go, unwinder.next):
/// they are exact at every instruction, in prologues, leaves, epilogues and assembly, where the frame pointer still
/// belongs to the caller. The frame pointer is asked only where a function moves SP in ways no table records (SPWRITE).
/// </remarks>
public sealed class Unwinder
{
    private readonly PclnTable pcln;
    private readonly ulong loadBias;
    private readonly int framesMax;
    private readonly bool isArm64;
    private readonly Dictionary<ulong, PcFacts> knownPcs = [];
    private readonly List<PclnFrame> scratch = [];

    /// <summary>An unwinder for one process.</summary>
    /// <param name="pcln">Symbol table of its binary.</param>
    /// <param name="architecture">Of its binary.</param>
    /// <param name="loadBias">Run-time minus link-time addresses.</param>
    /// <param name="framesMax">Source frames after which a walk ends.</param>
    public Unwinder(PclnTable pcln, Architecture architecture, ulong loadBias, int framesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(framesMax);
        this.pcln = pcln;
        isArm64 = architecture == Architecture.Arm64;
        this.loadBias = loadBias;
        this.framesMax = framesMax;
    }

    /// <summary>Run-time minus link-time addresses.</summary>
    public ulong LoadBias => loadBias;

    /// <summary>Walks outwards and appends the physical frames, innermost first.</summary>
    /// <param name="start">Registers to begin with.</param>
    /// <param name="stack">The goroutine's copied stack.</param>
    /// <param name="frames">Receives the frames; not cleared.</param>
    /// <param name="stackPointers">Receives the stack pointer of each frame, a run-time address; not cleared.</param>
    /// <param name="last">Where the walk ended, in run-time addresses.</param>
    /// <returns>Why the walk ended.</returns>
    public StackEnd Walk(
        in StackStart start, in StackBytes stack, List<FrameKey> frames, List<ulong> stackPointers, out Registers last)
    {
        last = start.Registers;
        bool isExact = start.IsExact;
        for (int count = 0; ;)
        {
            PcFacts facts = Facts(last.ProgramCounter.Value - loadBias);
            if (!facts.IsGo)
                return StackEnd.ForeignCode;
            // A pc at the very entry cannot be a return address (runtime/traceback.go, symPC).
            isExact |= facts.IsEntry;
            count += facts.SourceFrames;
            if (count > framesMax)
                return StackEnd.FrameLimit;
            frames.Add(new FrameKey(last.ProgramCounter.Value - loadBias, isExact));
            stackPointers.Add(last.StackPointer.Value);
            if (facts.IsTop)
                return StackEnd.Complete;
            if (!TryStep(facts, stack, ref last, out StackEnd end))
                return end;
            isExact = facts.InterruptsCaller;
        }
    }

    private bool TryStep(in PcFacts facts, in StackBytes stack, ref Registers registers, out StackEnd end)
    {
        Registers current = registers;
        end = StackEnd.NoFrame;
        if (facts.HasDelta)
        {
            bool hasStepped = TryTableStep(facts.Delta, stack, ref registers, out bool isCopied);
            if (hasStepped && (!facts.WritesSp || IsGo(registers)))
                return true;
            if (!isCopied)
                end = StackEnd.CopyLimit;
        }
        if (!facts.WritesSp && facts.HasDelta)
            return false;
        registers = current;
        return TryFramePointerStep(stack, ref registers);
    }

    /// <summary>The caller by the SP table.</summary>
    private bool TryTableStep(int delta, in StackBytes stack, ref Registers registers, out bool isCopied)
    {
        ulong sp = registers.StackPointer.Value;
        ulong framePointer = registers.FramePointer.Value;
        ulong returnAddressAt = sp + (ulong)delta;
        ulong cfa = returnAddressAt + 8;
        if (isArm64)
        {
            // The return address is at the bottom of the frame; the caller's SP is SP + delta.
            returnAddressAt = sp;
            cfa = sp + (ulong)delta;
            if (delta == 0)
            {
                isCopied = true;
                return false; // it is in LR, which only the innermost frame has
            }
        }
        isCopied = stack.TryReadWord(returnAddressAt, out ulong returnAddress);
        if (!isCopied)
            return false;
        ulong savedAt = isArm64 ? sp - 8 : returnAddressAt - 8;
        if (delta >= 8 && stack.TryReadWord(savedAt, out ulong saved) && saved > savedAt && saved < stack.End)
            framePointer = saved;
        registers = new Registers(new(returnAddress), new(cfa), new(framePointer));
        return true;
    }

    /// <summary>The caller by the frame record: saved frame pointer, then return address, on both processors.</summary>
    private bool TryFramePointerStep(in StackBytes stack, ref Registers registers)
    {
        ulong record = registers.FramePointer.Value;
        if (record < registers.StackPointer.Value
            || !stack.TryReadWord(record, out ulong saved) || !stack.TryReadWord(record + 8, out ulong returnAddress))
        {
            return false;
        }
        registers = new Registers(new(returnAddress), new(record + 16), new(saved));
        return IsGo(registers);
    }

    private bool IsGo(in Registers registers) => Facts(registers.ProgramCounter.Value - loadBias).IsGo;

    private PcFacts Facts(ulong pc)
    {
        if (knownPcs.TryGetValue(pc, out PcFacts facts))
            return facts;
        facts = Learn(pc);
        knownPcs.Add(pc, facts);
        return facts;
    }

    private PcFacts Learn(ulong pc)
    {
        if (!pcln.TryFindFunction(pc, out GoFunction function))
            return default;
        bool hasDelta = pcln.TryStackDelta(function, pc, out int delta);
        bool isEntry = pc == function.Entry;
        scratch.Clear();
        int sourceFrames = pcln.Expand(function, isEntry ? pc : pc - 1, scratch);
        return new PcFacts
        {
            IsGo = true,
            IsEntry = isEntry,
            HasDelta = hasDelta,
            Delta = delta,
            SourceFrames = Math.Max(1, sourceFrames),
            IsTop = (function.Flags & GoFuncFlags.TopFrame) != 0 || function.FuncId == GoFuncId.Goexit,
            WritesSp = (function.Flags & GoFuncFlags.SpWrite) != 0,
            InterruptsCaller = function.FuncId is GoFuncId.Sigpanic or GoFuncId.AsyncPreempt or GoFuncId.DebugCall,
        };
    }

    /// <summary>What the tables say about one pc; the default value means that it is not Go code.</summary>
    private readonly record struct PcFacts
    {
        public bool IsGo { get; init; }

        public bool IsEntry { get; init; }

        public bool HasDelta { get; init; }

        /// <summary>Bytes between SP and the caller's frame.</summary>
        public int Delta { get; init; }

        /// <summary>Source frames that this physical frame expands to.</summary>
        public int SourceFrames { get; init; }

        /// <summary>Outermost function of a stack.</summary>
        public bool IsTop { get; init; }

        public bool WritesSp { get; init; }

        /// <summary>Put on the stack by a signal handler: the frame below stands at an exact pc.</summary>
        public bool InterruptsCaller { get; init; }
    }
}
