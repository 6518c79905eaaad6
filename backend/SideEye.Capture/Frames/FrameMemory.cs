using SideEye.Capture.Records;
using SideEye.Target;

namespace SideEye.Capture.Frames;

/// <summary>What a frame's variables may be read from: the stack that it lies on, and all copied objects.</summary>
internal sealed class FrameMemory(CopiedMemory objects) : ITargetMemory
{
    private ulong stackStart;
    private ReadOnlyMemory<byte> stack;

    /// <summary>The stack of the goroutine at hand.</summary>
    public void Enter(ulong start, ReadOnlyMemory<byte> bytes)
    {
        stackStart = start;
        stack = bytes;
    }

    /// <inheritdoc/>
    public bool TryRead(TargetAddress address, Span<byte> destination)
    {
        ulong offset = address.Value - stackStart;
        if (offset < (ulong)stack.Length && (ulong)destination.Length <= (ulong)stack.Length - offset)
        {
            stack.Span.Slice((int)offset, destination.Length).CopyTo(destination);
            return true;
        }
        return objects.TryRead(address, destination);
    }
}
