namespace SideEye.ControlPlane.Queries.Workers;

/// <summary>What the processes that run queries may take.</summary>
public sealed record WorkerLimits
{
    /// <summary>What is used unless the configuration says otherwise.</summary>
    public static WorkerLimits Default { get; } = new();

    /// <summary>Resident bytes of one of them: a query that gets so far is ended with its process.</summary>
    public long BytesMax { get; init; } = 2L << 30;

    /// <summary>Resident bytes of all of them: the largest is ended.</summary>
    public long BytesMaxTogether { get; init; } = 3L << 30;

    /// <summary>Resident bytes with which one may wait for the next query; larger ones are ended after theirs.
    /// </summary>
    public long IdleBytesMax { get; init; } = 512L << 20;

    /// <summary>How often their memory is looked at while queries run.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a query may go on when its time is over, or nobody wants it any more, before its process is
    /// ended.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a process stays that has nothing to do; one always does.</summary>
    public TimeSpan IdleMax { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes of one message.</summary>
    public int MessageBytesMax { get; init; } = 1 << 30;
}
