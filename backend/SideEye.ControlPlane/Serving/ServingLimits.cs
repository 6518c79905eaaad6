namespace SideEye.ControlPlane.Serving;

/// <summary>What the control plane takes from those who call it.</summary>
public sealed record ServingLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static ServingLimits Default { get; } = new();

    /// <summary>Bytes of a gRPC message that is received: queries are the largest.</summary>
    public int MessageBytesMax { get; init; } = 1 << 20;

    /// <summary>Bytes of the body of a request of the HTTP API: specs are the largest.</summary>
    public long BodyBytesMax { get; init; } = 8 << 20;

    /// <summary>Connections of each version of HTTP.</summary>
    public long ConnectionsMax { get; init; } = 2000;

    /// <summary>Requests at a time on one connection.</summary>
    public int StreamsPerConnectionMax { get; init; } = 500;

    /// <summary>How long a caller may take for the headers of a request, and for TLS.</summary>
    public TimeSpan HeadersMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>On a plaintext port: how long a caller may take until it is known which HTTP it speaks.</summary>
    public TimeSpan FirstBytesMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections that have not said so yet; one more, and the oldest of them is closed.</summary>
    public int FirstBytesWaitingMax { get; init; } = 256;

    /// <summary>Queries at a time, running or waiting; others are refused.</summary>
    public int QueriesMax { get; init; } = 500;

    /// <summary>How long a caller may take for one message of an answer.</summary>
    public TimeSpan WriteMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Characters of the name of a program, an environment or a caller.</summary>
    public int NameCharactersMax { get; init; } = 256;

    /// <summary>Names of processes in one query.</summary>
    public int ProcessesMax { get; init; } = 1000;

    /// <summary>Notices of one answer.</summary>
    public int NoticesMax { get; init; } = 100;

    /// <summary>Snapshots of a history that are looked up; the runner reads the newest of them.</summary>
    public int HistoryMax { get; init; } = 10_000;

    /// <summary>How long after the end of a time range a snapshot may be that was taken for its query.</summary>
    public TimeSpan RangeEndMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>New snapshots that wait for a follower; the oldest are left out.</summary>
    public int EventsWaitingMax { get; init; } = 64;

    /// <summary>Followers of new snapshots.</summary>
    public int FollowersMax { get; init; } = 500;

    /// <summary>Bytes of a token file.</summary>
    public int TokenFileBytesMax { get; init; } = 1 << 20;

    /// <summary>Characters of a token, at least.</summary>
    public int TokenCharactersMin { get; init; } = 16;

    /// <summary>Refused callers that are logged in <see cref="RefusalsWindow"/>; the others are counted.</summary>
    public int RefusalsLoggedMax { get; init; } = 10;

    /// <summary>What <see cref="RefusalsLoggedMax"/> is counted over.</summary>
    public TimeSpan RefusalsWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of free disk below which the control plane is not well.</summary>
    public long DiskFreeMin { get; init; } = 256L << 20;

    /// <summary>How long requests that are under way may take when the control plane stops.</summary>
    public TimeSpan StopMax { get; init; } = TimeSpan.FromSeconds(5);
}
