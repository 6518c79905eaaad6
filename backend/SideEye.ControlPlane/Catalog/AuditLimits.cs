namespace SideEye.ControlPlane.Catalog;

/// <summary>How much the audit log keeps.</summary>
public sealed record AuditLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static AuditLimits Default { get; } = new();

    /// <summary>How old an entry becomes.</summary>
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Entries; the oldest go first.</summary>
    public int EntriesMax { get; init; } = 1_000_000;

    /// <summary>Entries written until old ones are looked for again.</summary>
    public int TrimEvery { get; init; } = 1_000;

    /// <summary>Entries of one page.</summary>
    public int PageMax { get; init; } = 1_000;

    /// <summary>Characters of one text of an entry; the rest is cut.</summary>
    public int TextCharactersMax { get; init; } = 2_000;
}
