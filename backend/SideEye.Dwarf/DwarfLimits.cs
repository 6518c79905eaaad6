namespace SideEye.Dwarf;

/// <summary>Bounds on what foreign debug information may make us do. Past any of them is a
/// <see cref="BadDwarfException"/>.</summary>
public sealed record DwarfLimits
{
    /// <summary>The limits in use when none are given.</summary>
    public static DwarfLimits Default { get; } = new();

    /// <summary>Units in .debug_info.</summary>
    public int UnitsMax { get; init; } = 1_000_000;

    /// <summary>Depth of entries within entries.</summary>
    public int NestingDepthMax { get; init; } = 1_024;

    /// <summary>Abbreviations in one table.</summary>
    public int AbbreviationsMax { get; init; } = 100_000;

    /// <summary>Attributes in one abbreviation.</summary>
    public int AttributesMax { get; init; } = 512;

    /// <summary>Attributes in all abbreviation tables of one file.</summary>
    public int AttributesTotalMax { get; init; } = 4_000_000;

    /// <summary>Bytes of one name; instantiated generics are long.</summary>
    public int NameBytesMax { get; init; } = 16_384;

    /// <summary>Entries of the index of names.</summary>
    public int IndexedNamesMax { get; init; } = 16_000_000;

    /// <summary>Members of one structure.</summary>
    public int StructMembersMax { get; init; } = 4_096;

    /// <summary>Types that stand for one another in a chain (typedef of typedef, array of array).</summary>
    public int TypeChainMax { get; init; } = 64;

    /// <summary>Directories, or files, in one line table.</summary>
    public int LineFilesMax { get; init; } = 1_000_000;

    /// <summary>Rows of one line table.</summary>
    public int LineRowsMax { get; init; } = 100_000_000;

    /// <summary>Entries of one range list.</summary>
    public int RangesMax { get; init; } = 1_000_000;

    /// <summary>Entries of one location list.</summary>
    public int LocationsMax { get; init; } = 1_000_000;
}
