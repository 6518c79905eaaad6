namespace SideEye.Grafana.Frames;

/// <summary>A table for Grafana: fields of one length, and what they mean together.</summary>
public sealed class DataFrame
{
    /// <summary>Creates a frame.</summary>
    /// <exception cref="ArgumentException">The fields differ in length.</exception>
    public DataFrame(string name, IReadOnlyList<Field> fields, FrameMeta? meta = null)
    {
        ArgumentNullException.ThrowIfNull(fields);
        Name = name;
        Fields = fields;
        Meta = meta;
        if (fields.FirstOrDefault(field => field.Length != fields[0].Length) is Field other)
        {
            throw new ArgumentException(
                $"The field {other.Name} has {other.Length} values, and {fields[0].Name} has {fields[0].Length}.",
                nameof(fields));
        }
    }

    /// <summary>What the frame is called; may be empty.</summary>
    public string Name { get; }

    /// <summary>Which query it answers; empty for the one under which it is sent.</summary>
    public string RefId { get; init; } = "";

    /// <summary>The columns; none for a frame that says there is no data.</summary>
    public IReadOnlyList<Field> Fields { get; }

    /// <summary>What the frame is; null for nothing to say.</summary>
    public FrameMeta? Meta { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => Fields.Count == 0 ? 0 : Fields[0].Length;

    /// <summary>The same fields, described otherwise.</summary>
    public DataFrame With(FrameMeta? meta) => new(Name, Fields, meta) { RefId = RefId };

    /// <summary>The same frame, for a query.</summary>
    public DataFrame For(string refId) => new(Name, Fields, Meta) { RefId = refId };

    /// <summary>Some of its rows, without copying.</summary>
    public DataFrame Slice(int first, int count) =>
        new(Name, [.. Fields.Select(field => field.Slice(first, count))], Meta) { RefId = RefId };
}
