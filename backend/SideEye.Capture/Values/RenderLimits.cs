namespace SideEye.Capture.Values;

/// <summary>
/// Bounds on rendering one value, whatever its memory holds; what the spec limits is in
/// <see cref="Probes.Plan.ValueLimits"/>.
/// </summary>
public sealed record RenderLimits
{
    /// <summary>The limits used unless told otherwise.</summary>
    public static readonly RenderLimits Default = new();

    /// <summary>Values within values: fields of fields, elements of elements; what a pointer or interface leads to is
    /// in its place. Many readers of JSON stop at 64 levels, and a map in a value takes two.</summary>
    public int NestingMax { get; init; } = 30;

    /// <summary>Values in one document.</summary>
    public int ValuesMax { get; init; } = 100_000;

    /// <summary>Bytes of one document, and again of its raw one.</summary>
    public int DocumentBytesMax { get; init; } = 1 << 20;

    /// <summary>Groups or buckets looked at in one map.</summary>
    public int MapGroupsMax { get; init; } = 1 << 16;

    /// <summary>Entries of a map among which a key is looked for.</summary>
    public int MapEntriesMax { get; init; } = 1 << 18;

    /// <summary>Contexts in one chain.</summary>
    public int ContextLinksMax { get; init; } = 64;

    /// <summary>Errors that one error's message is made of.</summary>
    public int ErrorLinksMax { get; init; } = 32;

    /// <summary>Goroutines listed as waiting for a channel, in each direction.</summary>
    public int WaitersMax { get; init; } = 64;
}
