using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>Reads limits, of a file, a function or an expression.</summary>
internal static class LimitsReader
{
    public static LimitsSpec Read(SpecNode node, SpecKeys keys, ReadingContext context) =>
        SectionReader.Open(node, keys, context) is SectionReader section
            ? Read(section, context.Limits)
            : LimitsSpec.None;

    public static LimitsSpec Read(SectionReader section, SpecReadingLimits most) => new()
    {
        StringBytes = (int?)section.Number("string_bytes", most.StringBytesMax),
        SliceBytes = (int?)section.Number("slice_bytes", most.SliceBytesMax),
        MapEntries = (int?)section.Number("map_entries", most.MapEntriesMax),
        PointerDepth = (int?)section.Number("depth", most.PointerDepthMax),
        FrameBytes = (int?)section.Number("frame_bytes", most.FrameBytesMax),
        SnapshotBytes = section.Number("snapshot_bytes", most.SnapshotBytesMax),
    };
}
