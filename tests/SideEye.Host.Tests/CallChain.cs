using System.Buffers.Binary;
using SideEye.GoRuntime;

namespace SideEye.Host.Tests;

/// <summary>
/// Holds the stack of a running goroutine against the code itself: a return address stands behind a call instruction,
/// and
/// a direct call names its callee. A lost or invented frame breaks the chain.
/// </summary>
internal sealed class CallChain(GoBinary binary)
{
    private const byte DirectCall = 0xe8;
    private const int DirectCallBytes = 5;

    /// <summary>What is wrong with the chain; null when nothing is.</summary>
    public string? Problem(CapturedGoroutine goroutine)
    {
        List<ulong> pcs = [.. goroutine.Frames.Where(frame => !frame.IsInlined).Select(frame => frame.Pc!.Value)];
        for (int i = 0; i + 1 < pcs.Count; i++)
        {
            if (PairProblem(FunctionAt(pcs[i]), pcs[i + 1]) is string problem)
                return $"goroutine {goroutine.Id} [{goroutine.Status}]: {problem}\n{Text(goroutine)}";
        }
        if (pcs.Count == 0 || FunctionAt(pcs[^1]).FuncId != GoFuncId.Goexit)
        {
            return $"goroutine {goroutine.Id} [{goroutine.Status}] does not end in goexit "
                + $"({goroutine.TruncatedReason})\n{Text(goroutine)}";
        }
        return null;
    }

    private static string Text(CapturedGoroutine goroutine) =>
        string.Join('\n', goroutine.Frames.Select(frame =>
            $"    {frame.Function} {frame.File}:{frame.Line} pc={frame.Pc:x}{(frame.IsInlined ? " inlined" : "")}"));

    private string? PairProblem(GoFunction callee, ulong returnAddress)
    {
        GoFunction caller = FunctionAt(returnAddress);
        // Nobody called these: a signal put them on the stack, or the goroutine's first frame returns to goexit.
        if (callee.FuncId is GoFuncId.AsyncPreempt or GoFuncId.Sigpanic || caller.FuncId == GoFuncId.Goexit)
            return null;
        if (!binary.Elf.TryBytesAt(returnAddress - DirectCallBytes, DirectCallBytes, out ReadOnlyMemory<byte> call))
            return $"no code before {returnAddress:x}";
        if (call.Span[0] != DirectCall)
            return null; // through a register or memory: the callee cannot be told
        ulong target = returnAddress + (ulong)(long)BinaryPrimitives.ReadInt32LittleEndian(call.Span[1..]);
        GoFunction called = FunctionAt(target);
        // systemstack leaves the mark of systemstack_switch; assembly and wrappers may jump on to another function.
        bool mayDiffer = called.FuncId is GoFuncId.Systemstack or GoFuncId.Mcall or GoFuncId.Wrapper
            || (called.Flags & GoFuncFlags.Asm) != 0 || called.Entry == callee.Entry;
        return mayDiffer ? null
            : $"{binary.Pcln.Name(caller)} called {binary.Pcln.Name(called)}, "
                + $"but the frame below is {binary.Pcln.Name(callee)}";
    }

    private GoFunction FunctionAt(ulong pc) =>
        binary.Pcln.TryFindFunction(pc, out GoFunction function) ? function : throw new ArgumentException(
            $"{pc:x} is not Go code");
}
