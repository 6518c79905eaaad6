using System.Buffers.Binary;
using SideEye.Capture.Values;
using SideEye.GoRuntime.Functions;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Frames;

/// <summary>
/// The deferred calls that a frame has still to make: as long as the closure of one is there, so are the variables that
/// it captured.
/// </summary>
internal sealed class PendingCalls(ITargetMemory memory)
{
    /// <summary>Where a value is in this very frame.</summary>
    public ValueSource Resolve(ValueSource source, FrameOrigin frame)
    {
        while (source is { Closure: { } closure, Otherwise: { } otherwise } && !IsPending(closure, frame))
            source = otherwise;
        return source;
    }

    /// <summary>
    /// Whether the closure is that of a call to come. The frame's bits tell of the calls; what one call left on a stack
    /// may look like a closure to the next.
    /// </summary>
    private bool IsPending(DeferredClosure closure, FrameOrigin frame)
    {
        TargetAddress at = frame.Cfa + unchecked((ulong)closure.Offset);
        Span<byte> bits = stackalloc byte[1];
        if (!TryWord(at, out ulong code) || code != closure.Code + frame.LoadBias
            || !memory.TryRead(frame.Cfa + unchecked((ulong)closure.BitsOffset), bits))
        {
            return false;
        }
        for (int i = 0; i < DeferredClosure.CallsMax; i++)
        {
            TargetAddress word = frame.Cfa + unchecked((ulong)(closure.ClosuresOffset + (i * sizeof(ulong))));
            if ((bits[0] & (1 << i)) != 0 && TryWord(word, out ulong held) && held == at.Value)
                return true;
        }
        return false;
    }

    private bool TryWord(TargetAddress address, out ulong value)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        bool isRead = memory.TryRead(address, word);
        value = isRead ? BinaryPrimitives.ReadUInt64LittleEndian(word) : 0;
        return isRead;
    }
}
