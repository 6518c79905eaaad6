namespace SideEye.Spec.Model;

/// <summary>Limits as a spec sets them; null where it says nothing.</summary>
public sealed record LimitsSpec
{
    /// <summary>Sets nothing.</summary>
    public static LimitsSpec None { get; } = new();

    /// <summary>What holds where no spec says otherwise.</summary>
    public static LimitsSpec Default { get; } = new()
    {
        StringBytes = 1024,
        SliceBytes = 4096,
        MapEntries = 64,
        PointerDepth = 3,
        FrameBytes = 64 * 1024,
        SnapshotBytes = 256L << 20,
    };

    /// <summary>Bytes of a string.</summary>
    public int? StringBytes { get; init; }

    /// <summary>Bytes of a slice's or array's elements.</summary>
    public int? SliceBytes { get; init; }

    /// <summary>Entries of a map.</summary>
    public int? MapEntries { get; init; }

    /// <summary>Pointers followed from a variable; what an interface or a map holds counts like a pointer.</summary>
    public int? PointerDepth { get; init; }

    /// <summary>Bytes copied for one frame.</summary>
    public int? FrameBytes { get; init; }

    /// <summary>Bytes copied for one snapshot of a process.</summary>
    public long? SnapshotBytes { get; init; }

    /// <summary>These limits, and where they say nothing those of <paramref name="outer"/>.</summary>
    public LimitsSpec Within(LimitsSpec outer) => new()
    {
        StringBytes = StringBytes ?? outer.StringBytes,
        SliceBytes = SliceBytes ?? outer.SliceBytes,
        MapEntries = MapEntries ?? outer.MapEntries,
        PointerDepth = PointerDepth ?? outer.PointerDepth,
        FrameBytes = FrameBytes ?? outer.FrameBytes,
        SnapshotBytes = SnapshotBytes ?? outer.SnapshotBytes,
    };
}
