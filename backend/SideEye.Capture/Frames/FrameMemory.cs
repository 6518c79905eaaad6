using SideEye.Capture.Records;
using SideEye.Target;

namespace SideEye.Capture.Frames;

/// <summary>What a frame's variables may be read from: the stack that it lies on, and all copied objects.</summary>
internal sealed class FrameMemory(CopiedMemory objects) : ITargetMemory
{
    private ulong stackStart;
    private ReadOnlyMemory<byte> stack;
    private readonly List<(ulong Low, ulong High)> blanks = [];

    /// <summary>The stack of the goroutine at hand.</summary>
    public void Enter(ulong start, ReadOnlyMemory<byte> bytes)
    {
        stackStart = start;
        stack = bytes;
        blanks.Clear();
    }

    /// <summary>Says which bytes of that stack were not copied because they are secrets: they read as zeros.</summary>
    public void Blank(ulong low, ulong high) => blanks.Add((low, high));

    /// <inheritdoc/>
    public bool TryRead(TargetAddress address, Span<byte> destination)
    {
        ulong offset = address.Value - stackStart;
        if (offset < (ulong)stack.Length && (ulong)destination.Length <= (ulong)stack.Length - offset
            && !IsBlank(address.Value, address.Value + (ulong)destination.Length))
        {
            stack.Span.Slice((int)offset, destination.Length).CopyTo(destination);
            return true;
        }
        return objects.TryRead(address, destination);
    }

    private bool IsBlank(ulong low, ulong high)
    {
        foreach ((ulong from, ulong to) in blanks)
        {
            if (low < to && from < high)
                return true;
        }
        return false;
    }
}
