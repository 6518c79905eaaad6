namespace SideEye.Spec.Reading;

/// <summary>Limits on what is read from spec files, which may be written by anybody who can reach the agent.</summary>
public sealed record SpecReadingLimits
{
    /// <summary>The limits that hold.</summary>
    public static SpecReadingLimits Default { get; } = new();

    /// <summary>Characters of a spec file.</summary>
    public int DocumentCharactersMax { get; init; } = 1 << 20;

    /// <summary>Lists and mappings within each other.</summary>
    public int NestingMax { get; init; } = 32;

    /// <summary>Values, lists and mappings of a file, each counted wherever an alias repeats it.</summary>
    public int NodesMax { get; init; } = 100_000;

    /// <summary>Characters of a name: of a table, column, function, program, type.</summary>
    public int NameCharactersMax { get; init; } = 1_024;

    /// <summary>Characters of a column's or table's name in SQL.</summary>
    public int IdentifierCharactersMax { get; init; } = 120;

    /// <summary>Characters of an expression.</summary>
    public int ExpressionCharactersMax { get; init; } = 1_024;

    /// <summary>Steps of an expression: fields, indices, dereferences, parentheses.</summary>
    public int ExpressionStepsMax { get; init; } = 64;

    /// <summary>Characters of a regular expression.</summary>
    public int PatternCharactersMax { get; init; } = 1_024;

    /// <summary>Characters of a query or column expression in SQL.</summary>
    public int SqlCharactersMax { get; init; } = 64 << 10;

    /// <summary>Problems reported of one file; those after it are counted in one line.</summary>
    public int ProblemsMax { get; init; } = 200;

    /// <summary>Largest <c>string_bytes</c> that a spec may ask for.</summary>
    public long StringBytesMax { get; init; } = 1 << 20;

    /// <summary>Largest <c>slice_bytes</c> that a spec may ask for.</summary>
    public long SliceBytesMax { get; init; } = 1 << 20;

    /// <summary>Largest <c>map_entries</c> that a spec may ask for.</summary>
    public long MapEntriesMax { get; init; } = 10_000;

    /// <summary>Largest <c>depth</c> that a spec may ask for.</summary>
    public long PointerDepthMax { get; init; } = 16;

    /// <summary>Largest <c>frame_bytes</c> that a spec may ask for.</summary>
    public long FrameBytesMax { get; init; } = 16 << 20;

    /// <summary>Largest <c>snapshot_bytes</c> that a spec may ask for.</summary>
    public long SnapshotBytesMax { get; init; } = 4L << 30;
}
