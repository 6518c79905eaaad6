using System.Diagnostics;
using System.Text;
using SideEye.Capture.Values.Maps;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Values;

/// <summary>Walks the steps of an expression from a value to the one that it means.</summary>
internal sealed class PathWalk(ValueMemory memory, RenderingRules rules, TypeShapes shapes, RenderLimits bounds)
{
    private readonly InterfaceReader interfaces = new(memory, rules, shapes);
    private readonly MapLookup maps = new(memory, bounds);

    /// <summary>Walks from a value to another, as far as there is but one.</summary>
    /// <param name="type">The value's type.</param>
    /// <param name="at">Where it is.</param>
    /// <param name="path">The steps.</param>
    /// <param name="root">The value's name, for reasons.</param>
    /// <param name="limits">How much of maps was copied.</param>
    public EvaluatedPlace From(GoType type, TargetAddress at, PathRest path, string root, ValueLimits limits)
    {
        EvaluatedPlace place = new(null, type, at);
        for (PathRest rest = path; !rest.IsEmpty; rest = rest.Behind)
        {
            if (rest.Next is EachStep or PartsStep)
                return place with { Rest = rest };
            place = Step(place, rest.Next, limits);
            if (place.Reason is null)
                continue;
            return place.Reason.Length > 0 ? place
                : place with { Reason = CaptureReason.NilAt(TextOf(root, path, rest.Index)) };
        }
        return place;
    }

    /// <summary>What a walk says when a pointer is nil, before it is known where.</summary>
    private const string NilHere = "";

    private static EvaluatedPlace No(string reason, PathStep step) => new(reason, step.Type, default);

    private EvaluatedPlace Step(EvaluatedPlace place, PathStep step, ValueLimits limits)
    {
        switch (step)
        {
            case FieldStep field:
                return rules.Redaction.IsSecret(field.Field.Name)
                    ? No(CaptureReason.Redacted, step)
                    : new(null, step.Type, place.Address + (ulong)field.Field.Offset);
            case FollowStep:
                return Follow(place, step);
            case IndexStep index:
                return Index(place, index);
            case KeyStep key:
                return Key(place, key, limits);
            case LengthStep length:
                return Length(place, length);
            case AssertionStep assertion:
                return Assert(place, assertion);
            default:
                throw new UnreachableException(step.GetType().Name);
        }
    }

    private EvaluatedPlace Follow(EvaluatedPlace place, PathStep step)
    {
        if (!memory.TryReadAddress(place.Address, out TargetAddress target))
            return No(memory.WhyNot(place.Address, 8), step);
        return target.IsNil ? No(NilHere, step) : new(null, step.Type, target);
    }

    private EvaluatedPlace Index(EvaluatedPlace place, IndexStep step)
    {
        ulong start = place.Address.Value;
        ulong length = (ulong)place.Type.Length;
        if (place.Type.Kind is GoKind.Slice or GoKind.String)
        {
            if (!memory.TryReadUInt64(place.Address + 8, out length))
                return No(memory.WhyNot(place.Address + 8, 8), step);
            if (length > long.MaxValue)
                return No(CaptureReason.NotPlausible, step);
        }
        if (step.Index < 0 || (ulong)step.Index >= length)
            return No(CaptureReason.OutOfRange(step.Index, (long)length), step);
        if (place.Type.Kind is GoKind.Slice or GoKind.String && !memory.TryReadUInt64(place.Address, out start))
            return No(memory.WhyNot(place.Address, 8), step);
        return new(null, step.Type, new TargetAddress(start) + ((ulong)step.Index * (ulong)step.Type.Size));
    }

    private EvaluatedPlace Key(EvaluatedPlace place, KeyStep step, ValueLimits limits)
    {
        if (step.Key is string name && rules.Redaction.IsSecret(name))
            return No(CaptureReason.Redacted, step);
        string? reason = maps.Find(
            place.Type, place.Address, step.Key, limits.SearchedEntries, out TargetAddress element);
        return reason is null ? new(null, step.Type, element) : No(reason, step);
    }

    private EvaluatedPlace Length(EvaluatedPlace place, LengthStep step)
    {
        GoType type = place.Type;
        TargetAddress at = place.Address;
        switch (type.Kind)
        {
            case GoKind.Array:
                return new(null, step.Type, default, type.Length);
            case GoKind.String or GoKind.Slice:
                at += step.IsCapacity ? 16UL : 8UL;
                return memory.TryReadUInt64(at, out ulong length)
                    ? new(null, step.Type, default, (long)length)
                    : No(memory.WhyNot(at, 8), step);
        }
        if (!memory.TryReadAddress(at, out TargetAddress header))
            return No(memory.WhyNot(at, 8), step);
        if (header.IsNil)
            return new(null, step.Type, default, 0);
        // runtime.hchan: qcount, dataqsiz; internal/runtime/maps.Map: used; runtime.hmap: count.
        GoField? field = type.Kind == GoKind.Chan
            ? Layouts.Field(type.Layout, step.IsCapacity ? "dataqsiz" : "qcount")
            : Layouts.Field(type.Layout, "used") ?? Layouts.Field(type.Layout, "count");
        if (field is null)
            return No(CaptureReason.UnknownLayout, step);
        return memory.TryReadUnsigned(header + (ulong)field.Offset, field.Type.Size, out ulong count)
            ? new(null, step.Type, default, (long)count)
            : No(memory.NotThere, step);
    }

    private EvaluatedPlace Assert(EvaluatedPlace place, AssertionStep step)
    {
        if (interfaces.Read(place.Type, place.Address, out HeldValue held) is { } reason)
            return No(reason, step);
        if (held.Type is null)
            return No(NilHere, step);
        return ReferenceEquals(held.Type, step.Dynamic) || held.Type.Name == step.Dynamic.Name
            ? new(null, step.Type, held.Address)
            : No(CaptureReason.OtherType(held.Type.Name), step);
    }

    /// <summary>The first steps of a path as in an expression: what stands before the one that failed.</summary>
    private static string TextOf(string root, PathRest path, int end)
    {
        StringBuilder text = new(root);
        for (; path.Index < end; path = path.Behind)
        {
            switch (path.Next)
            {
                case FieldStep field:
                    text.Append(text.Length > 0 ? "." : "").Append(field.Field.Name);
                    break;
                case IndexStep index:
                    text.Append('[').Append(index.Index).Append(']');
                    break;
                case KeyStep { Key: string key }:
                    text.Append("[\"").Append(key).Append("\"]");
                    break;
                case KeyStep key:
                    text.Append('[').Append(key.Key).Append(']');
                    break;
                case AssertionStep assertion:
                    text.Append(".(").Append(assertion.Dynamic.Name).Append(')');
                    break;
            }
        }
        return text.ToString();
    }
}
