using System.Collections.Immutable;
using SideEye.Capture.Values.Wellknown;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>Interfaces are shown as the value in them; its type is in the raw document.</summary>
internal sealed class InterfaceDocument(ValueDocuments documents)
{
    private readonly InterfaceReader reader = new(documents.Memory, documents.Rules, documents.Shapes);
    private readonly ContextDocument contexts = new(documents);

    /// <summary>Writes the value in an interface.</summary>
    public string? Write(GoType type, TargetAddress at, int depth)
    {
        string? reason = reader.Read(type, at, out HeldValue held);
        if (reason is not null)
        {
            if (held.RuntimeType != 0)
                documents.Raw.Mark(RawMarks.Type, $"0x{held.RuntimeType:x}");
            return reason;
        }
        if (held.Type is not { } dynamic)
        {
            documents.Json.WriteNullValue();
            return null;
        }
        documents.Raw.Mark(RawMarks.Type, dynamic.Name);
        // A data word that is the value itself has nothing to follow; the pointer in it costs what a pointer costs.
        if (!held.IsDirect)
        {
            if (depth <= 0)
                return CaptureReason.DepthReached;
            depth--;
        }
        WellknownType known = documents.Shapes.Of(type).Known;
        if (known == WellknownType.Context)
            return contexts.Write(dynamic, held.Address, depth);
        if (documents.Rules.TypeParts?.Invoke(dynamic) is { } parts)
            return WriteParts(parts, held.Address, dynamic, depth);
        if (dynamic.Name == "*reflect.rtype" && documents.Memory.TryReadUInt64(held.Address, out ulong described)
            && documents.Rules.DynamicType(described) is { } named)
        {
            documents.Json.WriteStringValue(named.Name);
            return null;
        }
        return known == WellknownType.Error && !ErrorText.Knows(dynamic)
            ? WriteOwnError(dynamic, held.Address, depth)
            : documents.Write(dynamic, held.Address, depth);
    }

    /// <summary>Shows an error whose message only the program can make: as its type and its fields.</summary>
    private string? WriteOwnError(GoType dynamic, TargetAddress at, int depth)
    {
        GoType type = dynamic;
        if (type is { Kind: GoKind.Pointer, Element: { Kind: GoKind.Struct } element })
        {
            if (!documents.Memory.TryReadUInt64(at, out ulong target))
                return documents.Memory.WhyNot(at, 8);
            documents.Raw.MarkAddress(target);
            if (target == 0 || depth <= 0)
                return target == 0 ? documents.Write(dynamic, at, depth) : CaptureReason.DepthReached;
            at = new TargetAddress(target);
            type = element;
            depth--;
        }
        if (!documents.Memory.IsAnyReadable(at, type.Size))
            return documents.Memory.WhyNot(at, type.Size);
        documents.Json.WriteStartObject();
        documents.Json.WriteString("__type"u8, dynamic.Name);
        if (type.Kind == GoKind.Struct)
        {
            documents.WriteFields(type, at, depth);
        }
        else
        {
            documents.Json.WritePropertyName("value"u8);
            documents.WriteOrNull(type, at, depth);
        }
        documents.Json.WriteEndObject();
        return null;
    }

    private string? WriteParts(ImmutableArray<ValuePart> parts, TargetAddress at, GoType type, int depth)
    {
        if (type is not { Kind: GoKind.Pointer, Element: { } element })
            return documents.Selections.WriteParts(parts, type, at, depth);
        if (!documents.Memory.TryReadAddress(at, out TargetAddress target))
            return documents.Memory.WhyNot(at, Architecture.PointerSize);
        if (target.IsNil)
        {
            documents.Json.WriteNullValue();
            return null;
        }
        documents.Raw.MarkAddress(target.Value);
        return documents.Selections.WriteParts(parts, element, target, depth);
    }
}
