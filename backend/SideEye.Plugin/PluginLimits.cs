namespace SideEye.Plugin;

/// <summary>What the plugin takes from the control plane and from people.</summary>
internal sealed record PluginLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static PluginLimits Default { get; } = new();

    /// <summary>Rows of one answer; the control plane is told, and more is cut with a notice.</summary>
    public int RowsMax { get; init; } = 1_000_000;

    /// <summary>Bytes of rows of one answer.</summary>
    public long AnswerBytesMax { get; init; } = 512L << 20;

    /// <summary>Frames of one answer.</summary>
    public int FramesMax { get; init; } = 16;

    /// <summary>Columns of one frame.</summary>
    public int ColumnsMax { get; init; } = 1_000;

    /// <summary>Values of one answer, absent ones included: as many as have room in its bytes.</summary>
    public long CellsMax { get; init; } = 64L << 20;

    /// <summary>Notices that are shown.</summary>
    public int NoticesMax { get; init; } = 20;

    /// <summary>Characters of a notice, a name or a description; what is longer is cut.</summary>
    public int TextCharactersMax { get; init; } = 2_000;

    /// <summary>Characters of the SQL that was run, as the inspector shows it; what is longer is cut.</summary>
    public int SqlCharactersMax { get; init; } = 200_000;

    /// <summary>Bytes of a query or of settings.</summary>
    public int JsonBytesMax { get; init; } = 1 << 20;

    /// <summary>Processes that a query may name.</summary>
    public int ProcessesMax { get; init; } = 1_000;

    /// <summary>Texts of an enumeration, as Grafana counts them with 16 bits.</summary>
    public int EnumTextsMax { get; init; } = 65_536;

    /// <summary>Bytes of a request to the control plane's HTTP API.</summary>
    public int ResourceBytesMax { get; init; } = 16 << 20;

    /// <summary>How long a query waits for a fresh snapshot.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a query takes at most, waiting for a snapshot and running its SQL included.</summary>
    public TimeSpan QueryTimeMax { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a health check waits.</summary>
    public TimeSpan HealthTimeMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stream that broke off waits, at first.</summary>
    public TimeSpan ReconnectTimeMin { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a stream that broke off waits, at last.</summary>
    public TimeSpan ReconnectTimeMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whole numbers up to here are exact in browsers.</summary>
    public long ExactNumberMax { get; init; } = 1L << 53;

    /// <summary>A text of at most <see cref="TextCharactersMax"/> characters.</summary>
    internal string Cut(string text) => Cut(text, TextCharactersMax);

    /// <summary>A text of at most so many characters, which says that it was cut.</summary>
    internal static string Cut(string text, int most) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, most), "...");
}
