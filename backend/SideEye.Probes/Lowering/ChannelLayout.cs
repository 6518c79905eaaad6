using System.Collections.Immutable;
using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Lowering;

/// <summary>Where the parts of a channel lie (runtime/chan.go, hchan and waitq; runtime/runtime2.go, sudog).</summary>
/// <param name="Buffer">Offset of the buffer's address.</param>
/// <param name="Capacity">Offset of the number of elements that fit.</param>
/// <param name="Queues">Offsets of the first waiting receiver and sender.</param>
internal sealed record ChannelLayout(long Buffer, long Capacity, ImmutableArray<long> Queues)
{
    /// <summary>The layout of a channel type; null when the debug information has none we know.</summary>
    public static ChannelLayout? Of(GoType channel)
    {
        GoType? header = channel.Layout;
        if (header.Field("buf") is not { } buffer || header.Field("dataqsiz") is not { } capacity)
            return null;
        ImmutableArray<long>.Builder queues = ImmutableArray.CreateBuilder<long>();
        foreach (string name in (ReadOnlySpan<string>)["recvq", "sendq"])
        {
            if (header.Field(name) is { } queue && queue.Type.Field("first") is { } first)
                queues.Add(queue.Offset + first.Offset);
        }
        return new ChannelLayout(buffer.Offset, capacity.Offset, queues.ToImmutable());
    }

    /// <summary>A waiting goroutine in a queue: runtime.sudog.</summary>
    public static GoType? Waiter(GoType channel) =>
        channel.Layout.Field("recvq")?.Type.Field("first")?.Type is { Kind: GoKind.Pointer, Element: { } waiter }
            ? waiter : null;

    /// <summary>Offsets of the goroutine and of the next waiter, and where a goroutine has its id.</summary>
    public static (long Goroutine, long Next, GoType G, long Id)? WaiterLinks(GoType channel)
    {
        GoType? waiter = Waiter(channel);
        return waiter.Field("g") is { Type: { Kind: GoKind.Pointer, Element: { } g } } goroutine
            && waiter.Field("next") is { } next && g.Field("goid") is { } id
            ? (goroutine.Offset, next.Offset, g, id.Offset) : null;
    }
}
