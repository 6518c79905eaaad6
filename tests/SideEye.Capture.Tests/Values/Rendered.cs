using System.Collections.Immutable;
using System.Text.Json;
using SideEye.Capture.Values;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Tests.Values;

/// <summary>A rendered value that stays.</summary>
internal sealed record Rendered(
    ColumnForm Form, bool IsNull, string? Reason, string? Text, string? Raw, long Int64, ulong UInt64, double Double,
    bool Boolean)
{
    public static readonly ValueLimits Limits = new(1024, 4096, 64, 3);

    /// <summary>Renders a value at an address, and checks that its documents are JSON.</summary>
    public static Rendered Of(
        ITargetMemory memory, GoType type, ulong at, ValueLimits? limits = null, RenderingRules? rules = null,
        string? cut = null)
    {
        using ValueRenderer renderer = new(memory, rules ?? Rules()) { Cut = cut };
        return Keep(renderer.Render(type, new TargetAddress(at), limits ?? Limits));
    }

    /// <summary>Renders an expression.</summary>
    public static Rendered Of(
        ITargetMemory memory, GoType type, ValueSource source, ulong cfa = 0, RenderingRules? rules = null,
        string? cut = null, ValueLimits? limits = null, bool isOptional = false)
    {
        using ValueRenderer renderer = new(memory, rules ?? Rules()) { Cut = cut };
        CapturedColumn column = new("x", "x", type, limits ?? Limits, false, isOptional);
        return Keep(renderer.Render(column, source, new FrameOrigin(new TargetAddress(cfa), 0), "x"));
    }

    /// <summary>Rules that know types by made-up addresses.</summary>
    public static RenderingRules Rules(params (ulong Address, GoType Type)[] types) => new()
    {
        DynamicType = address => types.FirstOrDefault(each => each.Address == address).Type,
        TypeOfItab = address => types.Any(each => each.Address == address) ? address : null,
    };

    /// <summary>A variable that lies in memory as a whole.</summary>
    public static ValueSource At(ulong address, GoType type, params PathStep[] path) => new(
        type, [new VariablePiece(PlaceKind.Global, (long)address, (int)type.Size)], false, [.. path], null);

    public static ValueSource In(GoType type, ImmutableArray<VariablePiece> pieces, params PathStep[] path) =>
        new(type, pieces, false, [.. path], null);

    private static Rendered Keep(RenderedValue value)
    {
        if (value.Form == ColumnForm.Json && !value.IsNull)
            JsonDocument.Parse(value.Utf8.ToArray()).Dispose();
        if (!value.RawUtf8.IsEmpty)
            JsonDocument.Parse(value.RawUtf8.ToArray()).Dispose();
        return new(
            value.Form, value.IsNull, value.Reason, value.Text, value.Raw, value.Int64, value.UInt64, value.Double,
            value.Boolean);
    }
}
