using System.Collections.Immutable;

namespace SideEye.Store;

/// <summary>Finds the files of a history that can be opened but not read to the end.</summary>
public static class HistoryDamage
{
    /// <summary>Reads all that a query would read of each file. Slow: for when a query met damage.</summary>
    /// <param name="files">The files.</param>
    /// <param name="sql">The query, which is not run.</param>
    /// <param name="limits">Memory and threads.</param>
    /// <param name="query">Time for each file.</param>
    /// <param name="stop">Cancels.</param>
    public static ImmutableArray<HistoryGap> Find(
        IReadOnlyList<HistoryFile> files, string sql, StoreLimits limits, QueryLimits query, CancellationToken stop)
    {
        ImmutableArray<HistoryGap>.Builder gaps = ImmutableArray.CreateBuilder<HistoryGap>();
        foreach (HistoryFile file in files)
        {
            using SnapshotReader reader = SnapshotReader.OpenWithHistory(null, [file], sql, limits, stop);
            gaps.AddRange(reader.Gaps);
            try
            {
                foreach (string table in Tables(reader, query, stop))
                    ReadAll(reader, table, query, stop);
            }
            catch (StoreException e) when (e.Error == StoreError.Damaged)
            {
                gaps.Add(new HistoryGap(file.SnapshotId, "its file is damaged"));
            }
        }
        return gaps.ToImmutable();
    }

    private static List<string> Tables(SnapshotReader reader, QueryLimits query, CancellationToken stop)
    {
        List<string> tables = [];
        using QueryResult names = reader.Query(
            $"SELECT view_name FROM duckdb_views() WHERE database_name = '{HistoryViews.Catalog}' AND NOT internal",
            query, stop);
        while (names.Read())
            tables.Add(names.GetText(0));
        return tables;
    }

    private static void ReadAll(SnapshotReader reader, string table, QueryLimits query, CancellationToken stop)
    {
        using QueryResult hash = reader.Query(
            $"SELECT max(hash(t)) FROM {HistoryViews.Catalog}.main.{SqlTypes.Quote(table)} AS t", query, stop);
        hash.Read();
    }
}
