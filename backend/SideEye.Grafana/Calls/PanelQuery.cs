using SideEye.Grafana.Frames;

namespace SideEye.Grafana.Calls;

/// <summary>One query of a panel, an alert rule or Explore.</summary>
public sealed record PanelQuery
{
    /// <summary>Its letter.</summary>
    public required string RefId { get; init; }

    /// <summary>The query as the editor wrote it, a JSON object.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>Begin of the time range.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>End of the time range.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>How far apart points should be.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>How many points can be shown.</summary>
    public long MaxDataPoints { get; init; }
}

/// <summary>Whose fault an error is, for Grafana's own statistics.</summary>
public enum ErrorSource
{
    /// <summary>The plugin's own.</summary>
    Plugin,

    /// <summary>That of what stands behind the plugin, of the query or its credentials.</summary>
    Downstream,
}

/// <summary>A query cannot be answered. The message is for the person in front of the panel.</summary>
public sealed class QueryException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which thing, and what to do; without secrets.</param>
    /// <param name="status">As of HTTP.</param>
    /// <param name="source">Whose fault it is.</param>
    /// <param name="cause">What was thrown.</param>
    public QueryException(
        string message, int status = 400, ErrorSource source = ErrorSource.Downstream, Exception? cause = null)
        : base(message, cause)
    {
        Status = status;
        Origin = source;
    }

    /// <summary>As of HTTP.</summary>
    public int Status { get; }

    /// <summary>Whose fault it is.</summary>
    public ErrorSource Origin { get; }
}

/// <summary>Answers queries.</summary>
public interface IQueryHandler
{
    /// <summary>Answers one query. Several run at once.</summary>
    /// <exception cref="QueryException">It cannot be answered; the others of the panel can.</exception>
    Task<IReadOnlyList<DataFrame>> QueryAsync(PluginCall call, PanelQuery query, CancellationToken stop);
}
