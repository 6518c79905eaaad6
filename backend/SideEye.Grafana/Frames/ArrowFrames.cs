using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ArrowField = Apache.Arrow.Field;

namespace SideEye.Grafana.Frames;

/// <summary>Frames as Arrow files, which is how they travel in answers.</summary>
public static class ArrowFrames
{
    /// <summary>Encodes a frame: one complete Arrow file.</summary>
    public static ReadOnlyMemory<byte> Encode(DataFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        Schema schema = new(frame.Fields.Select(FieldOf), Metadata(frame));
        MemoryStream bytes = new();
        using (ArrowFileWriter writer = new(bytes, schema, leaveOpen: true))
        {
            // A file without batches is how an empty frame travels; it must have been started all the same.
            if (frame.Rows > 0)
            {
                // Not disposed of: its arrays are the frame's, which may be sent again.
                writer.WriteRecordBatch(
                    new RecordBatch(schema, frame.Fields.Select(field => field.Values), frame.Rows));
            }
            else
            {
                writer.WriteStart();
            }
            writer.WriteEnd();
        }
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static ArrowField FieldOf(Field field)
    {
        Dictionary<string, string> metadata = new() { ["tstype"] = FieldTypes.Family(field.Type) };
        if (field.Labels.Count > 0)
        {
            metadata["labels"] =
                JsonSerializer.Serialize(field.Labels, FrameJsonContext.Default.IReadOnlyDictionaryStringString);
        }
        if (field.Config is FieldConfig config)
            metadata["config"] = JsonSerializer.Serialize(config, FrameJsonContext.Default.FieldConfig);
        return new ArrowField(field.Name, FieldTypes.ArrowOf(field.Type), field.IsNullable, metadata);
    }

    private static Dictionary<string, string> Metadata(DataFrame frame)
    {
        Dictionary<string, string> metadata = new() { ["name"] = frame.Name, ["refId"] = frame.RefId };
        if (frame.Meta is FrameMeta meta)
            metadata["meta"] = JsonSerializer.Serialize(meta, FrameJsonContext.Default.FrameMeta);
        return metadata;
    }
}
