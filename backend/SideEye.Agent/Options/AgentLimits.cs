namespace SideEye.Agent.Options;

/// <summary>What the agent takes from those who call it.</summary>
public sealed record AgentLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static AgentLimits Default { get; } = new();

    /// <summary>Bytes of a message that is received: specs are the largest.</summary>
    public int RequestBytesMax { get; init; } = 4 << 20;

    /// <summary>Documents of a spec.</summary>
    public int SpecDocumentsMax { get; init; } = 64;

    /// <summary>Rules of programs in one request.</summary>
    public int RulesMax { get; init; } = 256;

    /// <summary>Regular expressions of one rule.</summary>
    public int PatternsMax { get; init; } = 32;

    /// <summary>Characters of a regular expression.</summary>
    public int PatternCharactersMax { get; init; } = 1024;

    /// <summary>How long one regular expression may look at one text.</summary>
    public TimeSpan MatchTimeMax { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Processes of one snapshot.</summary>
    public int ProcessesMax { get; init; } = 512;

    /// <summary>Snapshots that are prepared, taken or sent at a time.</summary>
    public int SnapshotsMax { get; init; } = 8;

    /// <summary>How long preparing a snapshot may take before the processes that are left are left out; a control plane
    /// waits for 10 s.</summary>
    public TimeSpan PrepareMax { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>How long a prepared snapshot waits to be fired, and a message to be taken by the caller.</summary>
    public TimeSpan CallerPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest delay between Fire and the freeze.</summary>
    public TimeSpan FireDelayMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Batches of rows that wait for the caller; then decoding waits.</summary>
    public int BatchesWaitingMax { get; init; } = 2;

    /// <summary>Functions of one answer.</summary>
    public int FunctionsMax { get; init; } = 1000;

    /// <summary>Warnings of one trailer, and problems of one answer.</summary>
    public int WarningsMax { get; init; } = 200;
}
