using System.Text.Json.Serialization;

namespace SideEye.Grafana.Frames;

/// <summary>How the parts of frames that travel as JSON are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FieldConfig))]
[JsonSerializable(typeof(FrameMeta))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class FrameJsonContext : JsonSerializerContext;
