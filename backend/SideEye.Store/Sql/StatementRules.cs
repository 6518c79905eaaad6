using System.Collections.Frozen;

namespace SideEye.Store.Sql;

/// <summary>What SQL of strangers may name. DuckDB's own locks keep files and the network away; this keeps away what
/// tells about this host, what changes the instance for queries after it, and what escapes the memory limit.</summary>
internal static class StatementRules
{
    /// <summary>
    /// Table functions that compute from their arguments or describe the snapshot. All others are refused, also those
    /// that a later DuckDB brings: among them are functions that log to files, functions that show paths, and macros
    /// such as histogram() that read the table that a text names.
    /// </summary>
    public static FrozenSet<string> TableFunctions { get; } = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "range", "generate_series", "unnest", "repeat", "json_each", "json_tree",
        "duckdb_tables", "duckdb_views", "duckdb_columns", "duckdb_functions", "duckdb_types", "duckdb_keywords",
        "pragma_table_info", "pragma_show", "pragma_version", "pg_timezone_names", "icu_calendar_names");

    /// <summary>Scalar functions that tell about this host, act on it or wait, or take SQL that nobody judges: the plan
    /// of a query has the values of its constants.</summary>
    public static FrozenSet<string> RefusedFunctions { get; } = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "current_setting", "getenv", "write_log", "getvariable", "nextval", "currval", "json_deserialize_sql",
        "json_execute_serialized_sql", "json_serialize_plan", "query", "query_table", "sleep_ms", "pg_sleep",
        "setseed");

    /// <summary>Views of DuckDB that show paths, settings or what other queries did.</summary>
    public static FrozenSet<string> RefusedTables { get; } = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "duckdb_databases", "duckdb_logs", "duckdb_settings", "duckdb_secrets", "pragma_database_list", "pg_settings",
        "pg_database", "pg_prepared_statements");

    /// <summary>
    /// Functions that make much of little, with the index of the argument that says how much; -1 where any may.
    /// What one call makes is not under DuckDB's memory limit, and cannot be interrupted.
    /// </summary>
    public static FrozenDictionary<string, int> Multipliers { get; } = new Dictionary<string, int>
    {
        ["repeat"] = 1,
        ["lpad"] = 1,
        ["rpad"] = 1,
        ["list_resize"] = 1,
        ["array_resize"] = 1,
        ["range"] = -1,
        ["generate_series"] = -1,
        ["bar"] = 3,
        ["bitstring"] = 1,
        ["equi_width_bins"] = 2,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Functions whose format may ask for any width.</summary>
    public static FrozenSet<string> Formatters { get; } =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "format", "printf");

    /// <summary>What all multiplications of a query may come to, multiplied with each other.</summary>
    public const double MultipliedMax = 1_000_000;

    /// <summary>Multiplications by less do not count.</summary>
    public const double MultipliedMin = 64;

    /// <summary>Digits of a width in a format.</summary>
    public const int WidthDigitsMax = 4;
}
