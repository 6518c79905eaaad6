namespace SideEye.Grafana.Frames;

/// <summary>What the values of a field are. No other type crosses to Grafana.</summary>
public enum FieldType
{
    /// <summary>Signed, 8 bits.</summary>
    Int8,

    /// <summary>Signed, 16 bits.</summary>
    Int16,

    /// <summary>Signed, 32 bits.</summary>
    Int32,

    /// <summary>Signed, 64 bits; browsers are exact only to 2^53.</summary>
    Int64,

    /// <summary>Unsigned, 8 bits.</summary>
    UInt8,

    /// <summary>Unsigned, 16 bits.</summary>
    UInt16,

    /// <summary>Unsigned, 32 bits.</summary>
    UInt32,

    /// <summary>Unsigned, 64 bits; browsers are exact only to 2^53.</summary>
    UInt64,

    /// <summary>Floating point, 32 bits.</summary>
    Float32,

    /// <summary>Floating point, 64 bits.</summary>
    Float64,

    /// <summary>Text.</summary>
    String,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>An instant, in nanoseconds since 1970 in UTC: the years 1678 to 2262.</summary>
    Time,

    /// <summary>A JSON document, as UTF-8 bytes.</summary>
    Json,

    /// <summary>An index into the texts of the field's configuration.</summary>
    Enum,
}
