using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values;

/// <summary>What an interface holds.</summary>
/// <param name="Type">The dynamic type; null when the interface is nil.</param>
/// <param name="Address">Where the value is: the data word itself when it is direct.</param>
/// <param name="IsDirect">True when the data word is the value.</param>
/// <param name="RuntimeType">Run-time address of the type's description; 0 when the interface is nil.</param>
internal readonly record struct HeldValue(GoType? Type, TargetAddress Address, bool IsDirect, ulong RuntimeType);

/// <summary>Finds the value in an interface: runtime.eface and runtime.iface (runtime/runtime2.go, Go 1.19 to 1.27).
/// </summary>
internal sealed class InterfaceReader(ValueMemory memory, RenderingRules rules, TypeShapes shapes)
{
    private const ulong DataOffset = 8;
    private const ulong ItabTypeOffset = 8;

    /// <summary>Reads an interface.</summary>
    /// <returns>Why its value is not to be had; null when it is, or the interface is nil.</returns>
    public string? Read(GoType type, TargetAddress at, out HeldValue held)
    {
        held = default;
        if (!memory.TryReadUInt64(at, out ulong word))
            return memory.WhyNot(at, 8);
        if (word == 0)
            return null;
        ulong described = word;
        if (!type.IsEmptyInterface)
        {
            if (rules.TypeOfItab?.Invoke(word) is { } known)
                described = known;
            else if (!memory.TryReadUInt64(new TargetAddress(word) + ItabTypeOffset, out described))
                return CaptureReason.UnknownType;
        }
        held = new HeldValue(null, default, false, described);
        if (rules.DynamicType(described) is not { } dynamic)
            return CaptureReason.UnknownType;
        TargetAddress data = at + DataOffset;
        bool isDirect = shapes.Of(dynamic).IsDirect;
        if (!isDirect)
        {
            if (!memory.TryReadAddress(data, out TargetAddress pointer))
                return memory.WhyNot(data, 8);
            data = pointer;
        }
        held = new HeldValue(dynamic, data, isDirect, described);
        return null;
    }
}
