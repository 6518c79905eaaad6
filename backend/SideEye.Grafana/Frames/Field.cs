using Apache.Arrow;

namespace SideEye.Grafana.Frames;

/// <summary>A column of a frame: its values, and how to show them.</summary>
public sealed class Field
{
    private Field(string name, FieldType type, IArrowArray values)
    {
        Name = name;
        Type = type;
        Values = values;
        IsNullable = values.NullCount != 0;
    }

    /// <summary>What the field is called; several may have one name.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public FieldType Type { get; }

    /// <summary>The values, as the Arrow array that goes out.</summary>
    public IArrowArray Values { get; }

    /// <summary>
    /// Whether values may be absent. A field that has nulls is always nullable, since they would arrive as zeros.
    /// </summary>
    public bool IsNullable { get; private init; }

    /// <summary>What tells this series from others of its name; empty for none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Unit, links and the like; null for none.</summary>
    public FieldConfig? Config { get; init; }

    /// <summary>Number of values.</summary>
    public int Length => Values.Length;

    /// <summary>Whether it can be drawn as a line.</summary>
    public bool IsNumber => FieldTypes.Family(Type) == "number";

    /// <summary>A field over an Arrow array of a type that Grafana reads.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="values">Nanosecond timestamps for times, binary for JSON, 16 bits for enumerations.</param>
    /// <param name="type">Only where the array does not say it: <see cref="FieldType.Enum"/>.</param>
    /// <exception cref="ArgumentException">Grafana reads no such array as such a field.</exception>
    public static Field Of(string name, IArrowArray values, FieldType? type = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        FieldType? natural = FieldTypes.Of(values.Data.DataType);
        bool isEnum = type == FieldType.Enum && natural == FieldType.UInt16;
        if (natural is null || (type is not null && type != natural && !isEnum))
        {
            throw new ArgumentException(
                $"The field {name} cannot be {type?.ToString() ?? "read"}: its values are {values.Data.DataType.Name}.",
                nameof(values));
        }
        return new Field(name, type ?? natural.Value, values);
    }

    /// <summary>A field of texts.</summary>
    public static Field OfTexts(string name, IEnumerable<string?> values)
    {
        StringArray.Builder builder = new();
        foreach (string? value in values)
        {
            if (value is null)
                builder.AppendNull();
            else
                builder.Append(value);
        }
        return Of(name, builder.Build());
    }

    /// <summary>A field of numbers.</summary>
    public static Field OfNumbers(string name, IEnumerable<double?> values)
    {
        DoubleArray.Builder builder = new();
        foreach (double? value in values)
            builder.Append(value);
        return Of(name, builder.Build());
    }

    /// <summary>A field of whole numbers.</summary>
    public static Field OfIntegers(string name, IEnumerable<long?> values)
    {
        Int64Array.Builder builder = new();
        foreach (long? value in values)
            builder.Append(value);
        return Of(name, builder.Build());
    }

    /// <summary>A field of instants, in nanoseconds since 1970 in UTC.</summary>
    public static Field OfTimes(string name, IEnumerable<long?> nanoseconds)
    {
        ArrowBuffer.Builder<long> values = new();
        ArrowBuffer.BitmapBuilder valid = new();
        foreach (long? value in nanoseconds)
        {
            values.Append(value ?? 0);
            valid.Append(value.HasValue);
        }
        int nulls = valid.UnsetBitCount;
        int length = values.Length;
        ArrowBuffer bitmap = nulls == 0 ? ArrowBuffer.Empty : valid.Build();
        return Of(name, new TimestampArray(FieldTypes.Nanoseconds, values.Build(), bitmap, length, nulls, 0));
    }

    /// <summary>The same values under another name, with other labels or configuration.</summary>
    public Field With(
        string? name = null, IReadOnlyDictionary<string, string>? labels = null, FieldConfig? config = null) =>
        new(name ?? Name, Type, Values)
        {
            IsNullable = IsNullable, Labels = labels ?? Labels, Config = config ?? Config,
        };

    /// <summary>The same field, declared to hold nulls or none.</summary>
    /// <exception cref="ArgumentException">There are nulls, and none may be.</exception>
    public Field Nullable(bool isNullable)
    {
        if (!isNullable && Values.NullCount != 0)
            throw new ArgumentException($"The field {Name} has nulls.", nameof(isNullable));
        return new Field(Name, Type, Values) { IsNullable = isNullable, Labels = Labels, Config = Config };
    }

    /// <summary>Some of its rows, without copying.</summary>
    public Field Slice(int first, int count) =>
        new(Name, Type, ArrowArrayFactory.Slice(Values, first, count))
        {
            IsNullable = IsNullable, Labels = Labels, Config = Config,
        };
}
