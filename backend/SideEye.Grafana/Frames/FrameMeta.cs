using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SideEye.Grafana.Frames;

/// <summary>What a frame is and how it came about.</summary>
public sealed record FrameMeta
{
    /// <summary>The kind of frame, from <see cref="FrameKinds"/>; null for a plain table.</summary>
    public string? Type { get; init; }

    /// <summary>Which version of that kind; null for none.</summary>
    public IReadOnlyList<uint>? TypeVersion { get; init; }

    /// <summary>The query that was really run, shown by the inspector.</summary>
    public string? ExecutedQueryString { get; init; }

    /// <summary>What Explore shows it as: graph, table, logs, nodeGraph or flamegraph.</summary>
    public string? PreferredVisualisationType { get; init; }

    /// <summary>A live channel that brings more, such as ds/UID/PATH.</summary>
    public string? Channel { get; init; }

    /// <summary>annotations where the frame is about those.</summary>
    public string? DataTopic { get; init; }

    /// <summary>What people should know about the values.</summary>
    public IReadOnlyList<FrameNotice>? Notices { get; init; }

    /// <summary>Anything else; an object.</summary>
    public JsonObject? Custom { get; init; }
}

/// <summary>What people should know about a frame.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Text">A sentence.</param>
/// <param name="Link">Where more is said; null for nowhere.</param>
public sealed record FrameNotice(NoticeSeverity Severity, string Text, string? Link = null);

/// <summary>How bad a notice is. Grafana refuses a whole answer that says anything else.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NoticeSeverity>))]
public enum NoticeSeverity
{
    /// <summary>Good to know.</summary>
    [JsonStringEnumMemberName("info")]
    Notice,

    /// <summary>The values are not quite what was asked for.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Something failed, and these values are there all the same.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}

/// <summary>The kinds of frames that others than tables agree on.</summary>
public static class FrameKinds
{
    /// <summary>One frame, a time field and a field for each series.</summary>
    public const string TimeSeriesWide = "timeseries-wide";

    /// <summary>A frame for each series.</summary>
    public const string TimeSeriesMulti = "timeseries-multi";

    /// <summary>One row of labelled numbers.</summary>
    public const string NumericWide = "numeric-wide";

    /// <summary>Rows of numbers, and texts that tell the rows apart.</summary>
    public const string NumericLong = "numeric-long";

    /// <summary>Lines of a log.</summary>
    public const string LogLines = "log-lines";

    /// <summary>A table.</summary>
    public const string Table = "table";

    /// <summary>The version of the kinds of series and numbers that alert rules understand.</summary>
    public static IReadOnlyList<uint> Version { get; } = [0, 1];

    /// <summary>The version of kinds that have none.</summary>
    public static IReadOnlyList<uint> Unversioned { get; } = [0, 0];
}
