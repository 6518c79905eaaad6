using System.Text.Json.Serialization;

namespace SideEye.Grafana.Frames;

/// <summary>How a field is shown, as far as a data source may say so.</summary>
public sealed record FieldConfig
{
    /// <summary>A name for people that replaces the one Grafana would make.</summary>
    [JsonPropertyName("displayNameFromDS")]
    public string? DisplayName { get; init; }

    /// <summary>What the field is, shown beside its name.</summary>
    public string? Description { get; init; }

    /// <summary>Whether tables offer to filter by a value.</summary>
    public bool? Filterable { get; init; }

    /// <summary>Grafana's name of the unit, such as ns, bytes or percentunit.</summary>
    public string? Unit { get; init; }

    /// <summary>Digits after the point.</summary>
    public uint? Decimals { get; init; }

    /// <summary>The least value of scales.</summary>
    public double? Min { get; init; }

    /// <summary>The greatest value of scales.</summary>
    public double? Max { get; init; }

    /// <summary>Expected step of a time field, in milliseconds; where it is longer, a gap is drawn.</summary>
    public double? Interval { get; init; }

    /// <summary>What is shown where there is no value.</summary>
    public string? NoValue { get; init; }

    /// <summary>Colours.</summary>
    public FieldColor? Color { get; init; }

    /// <summary>From which value on a cell is of which colour.</summary>
    public Thresholds? Thresholds { get; init; }

    /// <summary>Texts and colours for certain values.</summary>
    public IReadOnlyList<ValueMapping>? Mappings { get; init; }

    /// <summary>Where a value leads.</summary>
    public IReadOnlyList<DataLink>? Links { get; init; }

    /// <summary>Texts of an enumeration.</summary>
    public FieldTypeConfig? Type { get; init; }

    /// <summary>Defaults of panels, such as a column's width.</summary>
    public System.Text.Json.Nodes.JsonObject? Custom { get; init; }
}

/// <summary>The colour of a field.</summary>
/// <param name="Mode">Grafana's name of the mode, such as fixed or thresholds.</param>
/// <param name="FixedColor">The colour where the mode is fixed.</param>
public sealed record FieldColor(string Mode, string? FixedColor = null);

/// <summary>Texts of an enumeration.</summary>
/// <param name="Enum">The texts.</param>
public sealed record FieldTypeConfig(EnumConfig Enum);

/// <summary>Texts of an enumeration: a value is an index into them.</summary>
/// <param name="Text">The texts, at most 65,536.</param>
/// <param name="Color">A colour for each; null for none.</param>
public sealed record EnumConfig(IReadOnlyList<string> Text, IReadOnlyList<string>? Color = null);

/// <summary>Values from which on something is worth a colour.</summary>
/// <param name="Mode">absolute or percentage.</param>
/// <param name="Steps">Ascending; the first has no value, which means minus infinity.</param>
public sealed record Thresholds(string Mode, IReadOnlyList<Threshold> Steps);

/// <summary>A colour and the value from which on it holds.</summary>
/// <param name="Value">Null for minus infinity.</param>
/// <param name="Color">Grafana's or CSS's name of a colour.</param>
public sealed record Threshold(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Value, string Color);

/// <summary>A link of a value. Title and url may hold Grafana's variables.</summary>
/// <param name="Title">What it says.</param>
/// <param name="Url">Where it leads; empty for internal links.</param>
/// <param name="TargetBlank">Whether it opens a new tab.</param>
public sealed record DataLink(string Title, string Url, bool TargetBlank = false)
{
    /// <summary>A query that Explore opens; null for a plain link.</summary>
    public InternalLink? Internal { get; init; }
}

/// <summary>A link to Explore.</summary>
/// <param name="Query">The query.</param>
/// <param name="DatasourceUid">Which data source is asked.</param>
/// <param name="DatasourceName">What people call it.</param>
public sealed record InternalLink(
    System.Text.Json.Nodes.JsonObject Query, string DatasourceUid, string DatasourceName);
