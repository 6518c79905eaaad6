namespace SideEye.ControlPlane.Serving.Api;

/// <summary>What the HTTP API takes and gives.</summary>
public sealed record ApiLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static ApiLimits Default { get; } = new();

    /// <summary>Entries of a list when the request does not say how many it wants.</summary>
    public int ListDefault { get; init; } = 100;

    /// <summary>Entries of a list, whatever the request says.</summary>
    public int ListMax { get; init; } = 2_000;

    /// <summary>Files that are exported at a time; the others wait.</summary>
    public int ExportsMax { get; init; } = 2;

    /// <summary>Characters of a name in a request.</summary>
    public int NameCharactersMax { get; init; } = 300;

    /// <summary>Longest pause that somebody can ask for.</summary>
    public TimeSpan PauseMax { get; init; } = TimeSpan.FromSeconds(60);
}
