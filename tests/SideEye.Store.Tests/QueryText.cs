using System.Collections;
using System.Globalization;

namespace SideEye.Store.Tests;

/// <summary>Query results as text, one line a row, values separated by " | ".</summary>
public static class QueryText
{
    public static string[] Ask(string path, string sql)
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        return Ask(reader, sql);
    }

    public static string[] Ask(SnapshotReader reader, string sql)
    {
        using QueryResult result = reader.Query(sql, QueryLimits.None, TestContext.Current.CancellationToken);
        List<string> lines = [];
        while (result.Read())
            lines.Add(string.Join(" | ", result.Columns.Select((_, column) => Text(result.GetValue(column)))));
        return [.. lines];
    }

    private static string Text(object? value) => value switch
    {
        null => "NULL",
        string text => text,
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        IEnumerable items => "[" + string.Join(", ", items.Cast<object?>().Select(Text)) + "]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
