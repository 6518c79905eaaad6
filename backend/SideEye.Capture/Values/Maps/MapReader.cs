using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Maps;

/// <summary>Reads the entries of a map, of whichever implementation.</summary>
internal sealed class MapReader(ValueMemory memory, RenderLimits bounds)
{
    private readonly SwissMapReader swiss = new(memory, bounds);
    private readonly HashMapReader buckets = new(memory, bounds);

    /// <summary>Appends entries of a map, in the order of memory.</summary>
    /// <param name="type">The map's type.</param>
    /// <param name="at">Where the map value, a pointer, is.</param>
    /// <param name="most">Entries to read.</param>
    /// <param name="entries">To append to.</param>
    public MapScan Read(GoType type, TargetAddress at, int most, List<MapEntry> entries)
    {
        if (!memory.TryReadAddress(at, out TargetAddress header))
            return new(memory.WhyNot(at, 8), false, 0);
        if (header.IsNil)
            return new(null, true, 0);
        if (type.Layout is not { } layout || type.Key is not { } key || type.Element is not { } element)
            return new(CaptureReason.UnknownLayout, false, 0);
        int end = (int)Math.Min((long)entries.Count + most, int.MaxValue);
        return Layouts.Field(layout, "dirPtr") is not null
            ? swiss.Read(layout, key, element, header, end, entries)
            : buckets.Read(layout, key, element, header, end, entries);
    }
}

/// <summary>A field of a slot, which holds a key or element, or a pointer to it when it is larger than 128 bytes.
/// </summary>
/// <param name="Offset">From the start of the slot, group or bucket.</param>
/// <param name="Stride">Distance of one slot's from the next's.</param>
/// <param name="IsIndirect">True when it is a pointer to the value.</param>
internal readonly record struct SlotField(ulong Offset, ulong Stride, bool IsIndirect)
{
    /// <summary>Where the value of a slot is; null when that cannot be read.</summary>
    public TargetAddress? Of(ValueMemory memory, TargetAddress start, int slot)
    {
        TargetAddress place = start + Offset + ((ulong)slot * Stride);
        if (!IsIndirect)
            return place;
        return memory.TryReadAddress(place, out TargetAddress target) ? target : null;
    }

    /// <summary>True when a slot's field is a pointer to a value of the map's type, not the value.</summary>
    public static bool Points(GoType stored, GoType wanted) =>
        stored.Kind == GoKind.Pointer && (wanted.Kind != GoKind.Pointer || wanted.Size > 128);
}
