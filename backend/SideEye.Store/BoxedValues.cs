using DuckDB.NET.Data;

namespace SideEye.Store;

/// <summary>Values of the less common column types, as objects.</summary>
internal static class BoxedValues
{
    /// <summary>The value of a column; lists of numbers as lists that may hold null.</summary>
    public static object Read(DuckDBDataReader reader, int column)
    {
        // DuckDB.NET's own choice for a list of numbers has no room for a NULL among them.
        Type type = reader.GetFieldType(column);
        if (type == typeof(List<long>))
            return reader.GetFieldValue<List<long?>>(column);
        if (type == typeof(List<int>))
            return reader.GetFieldValue<List<int?>>(column);
        if (type == typeof(List<ulong>))
            return reader.GetFieldValue<List<ulong?>>(column);
        if (type == typeof(List<double>))
            return reader.GetFieldValue<List<double?>>(column);
        if (type == typeof(List<bool>))
            return reader.GetFieldValue<List<bool?>>(column);
        return type == typeof(List<DateTime>) ? reader.GetFieldValue<List<DateTime?>>(column) : reader.GetValue(column);
    }

    /// <summary>Whether DuckDB.NET says that a value has no .NET form.</summary>
    public static bool IsUnreadable(Exception e) =>
        e is InvalidCastException or InvalidOperationException or ArgumentException or OverflowException;

    /// <summary>What to tell the person whose query yields such a value.</summary>
    public static StoreException Unreadable(QueryColumn column, Exception e) => new(StoreError.Sql,
        $"column {column.Name} holds a value of type {column.TypeName} that cannot be shown; "
        + "use to_json() or CAST(... AS VARCHAR)",
        e);
}
