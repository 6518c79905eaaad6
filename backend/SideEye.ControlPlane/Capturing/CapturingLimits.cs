namespace SideEye.ControlPlane.Capturing;

/// <summary>What a snapshot over many agents may take.</summary>
public sealed record CapturingLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static CapturingLimits Default { get; } = new();

    /// <summary>How long an agent may prepare, until the others are frozen without it.</summary>
    public TimeSpan PrepareMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for one that did not answer when it was last asked.</summary>
    public TimeSpan PrepareOfSilentMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an agent's clock may take to be looked at.</summary>
    public TimeSpan ClockMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From an agent's freeze to its last row.</summary>
    public TimeSpan RowsMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an agent may be silent while its rows come.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes of rows that an agent may send.</summary>
    public long AgentBytesMax { get; init; } = 2L << 30;

    /// <summary>Function tables that an agent may send.</summary>
    public int TablesMax { get; init; } = 1000;

    /// <summary>Columns of a function table.</summary>
    public int ColumnsMax { get; init; } = 1000;

    /// <summary>Agents of one snapshot.</summary>
    public int AgentsMax { get; init; } = 1000;

    /// <summary>Processes of one agent: process ids are given out in blocks of so many.</summary>
    public int ProcessesPerAgentMax { get; init; } = 10_000;

    /// <summary>Warnings that are kept.</summary>
    public int WarningsMax { get; init; } = 100;
}
