using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>Pointers are shown as what they point to; one that leads back to a value around it is cut.</summary>
internal sealed class PointerDocument(ValueDocuments documents)
{
    private readonly List<(ulong Address, GoType Type)> path = [];

    /// <summary>Forgets the values around.</summary>
    public void Reset() => path.Clear();

    /// <summary>Writes what a pointer points to.</summary>
    public string? Write(GoType type, TargetAddress at, int depth)
    {
        if (type.Element is not { } element)
            return documents.Scalars.Write(type, at);
        if (!documents.Memory.TryReadUInt64(at, out ulong target))
            return documents.Memory.WhyNot(at, 8);
        if (target == 0)
        {
            documents.Json.WriteNullValue();
            return null;
        }
        documents.Raw.MarkAddress(target);
        if (path.Contains((target, element)))
        {
            documents.Raw.Mark(RawMarks.Cycle);
            documents.Json.WriteNullValue();
            return null;
        }
        if (depth <= 0)
            return CaptureReason.DepthReached;
        path.Add((target, element));
        string? reason = documents.Write(element, new TargetAddress(target), depth - 1);
        path.RemoveAt(path.Count - 1);
        return reason;
    }
}
