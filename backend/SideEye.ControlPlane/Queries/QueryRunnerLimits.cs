using SideEye.Protocol;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>What the queries of panels, alerts and people may cost.</summary>
public sealed record QueryRunnerLimits
{
    /// <summary>What is used unless the configuration says otherwise.</summary>
    public static QueryRunnerLimits Default { get; } = new();

    /// <summary>From the query's start to its last row.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Rows of a frame when the query does not say how many it wants.</summary>
    public long RowsDefault { get; init; } = 100_000;

    /// <summary>Rows of a frame, whatever the query says.</summary>
    public long RowsMax { get; init; } = 1_000_000;

    /// <summary>Bytes of one value.</summary>
    public int CellBytesMax { get; init; } = 1 << 20;

    /// <summary>Bytes of all rows of a frame.</summary>
    public long ResultBytesMax { get; init; } = 256L << 20;

    /// <summary>Bytes of a message with rows, about; one row is never cut.</summary>
    public int BatchBytes { get; init; } = 8 << 20;

    /// <summary>Rows of a message.</summary>
    public int BatchRowsMax { get; init; } = ProtocolLimits.Default.BatchRowsMax;

    /// <summary>Files of a history that a query reads; the newest ones.</summary>
    public int HistoryFilesMax { get; init; } = 200;

    /// <summary>Queries that run at a time; the others wait for them.</summary>
    public int RunningMax { get; init; } = 4;

    /// <summary>For how long after a query began its answer is given to others who ask the same.</summary>
    public TimeSpan SharedAgeMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of an answer that is given to others too; larger ones are sent as they are made.</summary>
    public long SharedAnswerBytesMax { get; init; } = 1 << 20;

    /// <summary>Bytes of all such answers.</summary>
    public long SharedBytesMax { get; init; } = 32L << 20;

    /// <summary>Files that stay open for the next query.</summary>
    public int IdleReadersMax { get; init; } = 8;

    /// <summary>Nodes of a flame graph.</summary>
    public int FlameNodesMax { get; init; } = 100_000;

    /// <summary>Nodes of a node graph: as many as Grafana's panel draws.</summary>
    public int GraphNodesMax { get; init; } = 1_500;

    /// <summary>Links that a walk over a node graph looks at.</summary>
    public int GraphLinksMax { get; init; } = 100_000;

    /// <summary>Links from the first node to the last, at most.</summary>
    public int GraphDepthMax { get; init; } = 20;

    /// <summary>Values in a picker.</summary>
    public int VariablesMax { get; init; } = 1_000;

    /// <summary>Characters of a filter.</summary>
    public int FilterCharactersMax { get; init; } = 1_000;

    /// <summary>Bytes by which the process may grow while a query runs, before that is ended.</summary>
    public long GrowthBytesMax { get; init; } = 1536L << 20;

    /// <summary>Memory and threads of one query.</summary>
    public StoreLimits Store { get; init; } = StoreLimits.ForReading;
}
