namespace SideEye.ControlPlane.Catalog;

/// <summary>How many names of processes are kept, and how long.</summary>
public sealed record ProcessNameLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static ProcessNameLimits Default { get; } = new();

    /// <summary>A process that was not seen for so long is forgotten, and its name is free: as long as snapshots are
    /// kept, so that a name means one process in all of them.</summary>
    public TimeSpan UnseenMax { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Names; those that were not seen for longest go first.</summary>
    public int NamesMax { get; init; } = 50_000;

    /// <summary>How often it is written down that a process was seen, and looked for those that were not.</summary>
    public TimeSpan NoteEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Characters of an agent's address or a process's key; processes with more get no name of their own.
    /// </summary>
    public int KeyCharactersMax { get; init; } = 300;
}
