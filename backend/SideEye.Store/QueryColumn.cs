namespace SideEye.Store;

/// <summary>A column of a query's result.</summary>
/// <param name="Name">The name as the SQL gives it; not necessarily unique.</param>
/// <param name="TypeName">DuckDB's name of the type.</param>
/// <param name="Kind">How the values are read.</param>
public sealed record QueryColumn(string Name, string TypeName, ColumnKind Kind);

/// <summary>The accessor of <see cref="QueryResult"/> that reads a column without boxing.</summary>
public enum ColumnKind
{
    /// <summary>Read with <see cref="QueryResult.GetBoolean"/>.</summary>
    Boolean,

    /// <summary>A whole number of at most 64 bits with sign: <see cref="QueryResult.GetInt64"/>.</summary>
    Integer,

    /// <summary>A 64-bit number without sign: <see cref="QueryResult.GetUInt64"/>.</summary>
    UnsignedInteger,

    /// <summary>A floating-point number: <see cref="QueryResult.GetDouble"/>.</summary>
    Float,

    /// <summary>Text: <see cref="QueryResult.GetText"/>.</summary>
    Text,

    /// <summary>A point in time: <see cref="QueryResult.GetTime"/>, in UTC.</summary>
    Time,

    /// <summary>Lists, structs, huge integers, decimals, dates, ...: <see cref="QueryResult.GetValue"/>.</summary>
    Other,
}
