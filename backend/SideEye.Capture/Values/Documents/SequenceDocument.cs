using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>Arrays and slices.</summary>
internal sealed class SequenceDocument(ValueDocuments documents)
{
    /// <summary>Writes an array or slice.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="at">Where it is.</param>
    /// <param name="depth">Pointers that may be followed.</param>
    /// <param name="each">What to take of each element, at no cost of depth; null for all of the value.</param>
    public string? Write(GoType type, TargetAddress at, int depth, PathRest? each = null)
    {
        if (type.Element is not { } element)
            return CaptureReason.UnknownLayout;
        if (element.Kind == GoKind.Uint8 && each is null)
            return WriteBytes(type, at);
        PathRest rest = each ?? default;
        if (type.Kind == GoKind.Array)
        {
            if (!documents.Memory.IsAnyReadable(at, type.Size))
                return documents.Memory.WhyNot(at, type.Size);
            WriteElements(
                element, at, type.Length, Shown(element, type.Length, documents.Limits), depth, rest, "array");
            return null;
        }
        if (documents.Text.ReadSlice(at, out ulong start, out long length) is { } reason)
            return reason;
        if (start == 0)
        {
            documents.Json.WriteNullValue();
            return null;
        }
        bool costs = each is null && length > 0 && documents.Shapes.Of(element).HasPointers;
        if (costs && depth <= 0)
            return CaptureReason.DepthReached;
        long shown = Shown(element, length, documents.Limits);
        if (shown > 0 && !documents.Memory.IsAnyReadable(new TargetAddress(start), element.Size))
            return documents.Memory.WhyNot(new TargetAddress(start), element.Size);
        WriteElements(element, new TargetAddress(start), length, shown, costs ? depth - 1 : depth, rest, "slice");
        return null;
    }

    /// <summary>
    /// How many of an array's, slice's or channel's elements the limits allow: at least one, however large, as the
    /// capture program copies them.
    /// </summary>
    public static long Shown(GoType element, long length, ValueLimits limits) =>
        Math.Min(length, Math.Max(limits.SliceBytes / Math.Max(element.Size, 1), 1));

    private string? WriteBytes(GoType type, TargetAddress at)
    {
        string? reason = documents.Text.ReadBytes(type, at, out bool isNil, out ReadOnlySpan<byte> text);
        if (reason is not null)
            return reason;
        if (isNil)
            documents.Json.WriteNullValue();
        else
            documents.Json.WriteStringValue(text);
        return null;
    }

    private void WriteElements(
        GoType element, TargetAddress start, long length, long shown, int depth, PathRest rest, string kind)
    {
        documents.Json.WriteStartArray();
        long i = 0;
        for (; i < shown && !documents.IsFull; i++)
        {
            documents.Raw.Enter((int)i);
            documents.WriteOrNull(element, start + ((ulong)i * (ulong)element.Size), depth, rest);
            documents.Raw.Leave();
        }
        documents.Json.WriteEndArray();
        if (i < length)
            documents.Raw.Mark(RawMarks.Truncated, $"{kind}: {i} of {length} elements");
    }
}
