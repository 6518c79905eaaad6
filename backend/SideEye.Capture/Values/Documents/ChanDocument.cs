using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>
/// Channels (runtime.hchan, runtime/chan.go): length, capacity, what is buffered, and who waits.
/// </summary>
internal sealed class ChanDocument(ValueDocuments documents)
{
    /// <summary>Writes a channel.</summary>
    public string? Write(GoType type, TargetAddress at, int depth)
    {
        ValueMemory memory = documents.Memory;
        if (!memory.TryReadAddress(at, out TargetAddress header))
            return memory.WhyNot(at, 8);
        if (header.IsNil)
        {
            documents.Json.WriteNullValue();
            return null;
        }
        documents.Raw.MarkAddress(header.Value);
        if (depth <= 0)
            return CaptureReason.DepthReached;
        if (type.Layout is not { } layout || type.Element is not { } element)
            return CaptureReason.UnknownLayout;
        if (Read(layout, header, "qcount") is not { } length
            || Read(layout, header, "dataqsiz") is not { } capacity
            || Read(layout, header, "closed") is not { } closed)
        {
            return documents.Memory.NotThere;
        }
        documents.Json.WriteStartObject();
        documents.Json.WriteNumber("len"u8, length);
        documents.Json.WriteNumber("cap"u8, capacity);
        documents.Json.WriteBoolean("closed"u8, closed != 0);
        documents.Json.WriteString("elem_type"u8, element.Name);
        WriteWaiters("senders", layout, header, "sendq");
        WriteWaiters("receivers", layout, header, "recvq");
        WriteBuffer(layout, element, header, length, capacity, depth - 1);
        documents.Json.WriteEndObject();
        return null;
    }

    private ulong? Read(GoType layout, TargetAddress header, string name) =>
        Layouts.Field(layout, name) is { } field
            && documents.Memory.TryReadUnsigned(header + (ulong)field.Offset, field.Type.Size, out ulong value)
            ? value
            : null;

    private void WriteBuffer(
        GoType layout, GoType element, TargetAddress header, ulong length, ulong capacity, int depth)
    {
        documents.Json.WritePropertyName("buffer"u8);
        documents.Raw.Enter(BufferName);
        if (length > capacity || capacity > long.MaxValue
            || Read(layout, header, "buf") is not { } buffer || Read(layout, header, "recvx") is not { } first)
        {
            documents.Json.WriteNullValue();
            documents.Raw.MarkAbsent(CaptureReason.NotPlausible);
            documents.Raw.Leave();
            return;
        }
        documents.Json.WriteStartArray();
        ulong shown = (ulong)SequenceDocument.Shown(element, (long)length, documents.Limits);
        ulong i = 0;
        for (; i < shown && !documents.IsFull; i++)
        {
            // recvx is the next to be received; the buffer is a ring.
            ulong slot = (first % capacity + i) % capacity;
            documents.Raw.Enter((int)i);
            documents.WriteOrNull(element, new TargetAddress(buffer) + (slot * (ulong)element.Size), depth);
            documents.Raw.Leave();
        }
        documents.Json.WriteEndArray();
        if (i < length)
            documents.Raw.Mark(RawMarks.Truncated, $"buffer: {i} of {length} elements");
        documents.Raw.Leave();
    }

    private static readonly System.Text.Json.JsonEncodedText BufferName =
        System.Text.Json.JsonEncodedText.Encode("buffer");

    /// <summary>Lists the goroutines in a queue of waiters (runtime.waitq of runtime.sudog).</summary>
    private void WriteWaiters(string name, GoType layout, TargetAddress header, string queue)
    {
        documents.Json.WritePropertyName(name);
        System.Text.Json.JsonEncodedText encoded = System.Text.Json.JsonEncodedText.Encode(name);
        documents.Raw.Enter(encoded);
        documents.Json.WriteStartArray();
        if (Layouts.Field(layout, queue) is { } waiting
            && Layouts.Field(waiting.Type, "first") is { Type.Element: { } sudog } first)
        {
            WriteWaiters(sudog, header + (ulong)(waiting.Offset + first.Offset));
        }
        documents.Json.WriteEndArray();
        documents.Raw.Leave();
    }

    private void WriteWaiters(GoType sudog, TargetAddress link)
    {
        ValueMemory memory = documents.Memory;
        for (int i = 0; ; i++)
        {
            if (!memory.TryReadAddress(link, out TargetAddress waiter))
            {
                documents.Raw.MarkAbsent(documents.Memory.NotThere);
                return;
            }
            if (waiter.IsNil)
                return;
            if (i == documents.Bounds.WaitersMax)
            {
                documents.Raw.Mark(RawMarks.Truncated, $"goroutines: {i}, and more");
                return;
            }
            if (GoroutineOf(sudog, waiter) is { } goroutine)
                documents.Json.WriteNumberValue(goroutine);
            else
                documents.Json.WriteNullValue();
            if (Layouts.Field(sudog, "next") is not { } next)
                return;
            link = waiter + (ulong)next.Offset;
        }
    }

    private long? GoroutineOf(GoType sudog, TargetAddress waiter)
    {
        if (Layouts.Field(sudog, "g") is not { } field
            || !documents.Memory.TryReadAddress(waiter + (ulong)field.Offset, out TargetAddress g))
        {
            return null;
        }
        if (documents.Rules.GoroutineId is { } ids)
            return ids(g.Value);
        return Layouts.Field(field.Type.Element, "goid") is { } id
            && documents.Memory.TryReadUInt64(g + (ulong)id.Offset, out ulong goroutine)
            ? (long)goroutine
            : null;
    }
}
