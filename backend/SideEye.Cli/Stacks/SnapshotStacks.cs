using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SideEye.Store;
using SideEye.Tables;

namespace SideEye.Cli.Stacks;

/// <summary>Reads the goroutine groups of a snapshot file, with their stacks.</summary>
internal static class SnapshotStacks
{
    /// <summary>All processes of the file, or the one with the given process_id.</summary>
    /// <exception cref="CommandFailedException">The file has no such process.</exception>
    /// <exception cref="StoreException">The file cannot be read.</exception>
    public static ImmutableArray<SnapshotProcess> Read(SnapshotReader reader, int? processId, CancellationToken stop)
    {
        ImmutableArray<SnapshotProcess> processes = ReadProcesses(reader, stop);
        if (processId is int wanted)
            processes = [Find(processes, wanted)];
        Dictionary<long, ImmutableArray<StackFrameRow>> stacks = ReadStacks(reader, stop);
        ILookup<int, GoroutineGroup> groups = ReadGroups(reader, stacks, processId, stop)
            .ToLookup(group => group.ProcessId);
        return [.. processes.Select(process => process with { Groups = [.. groups[process.ProcessId]] })];
    }

    private static SnapshotProcess Find(ImmutableArray<SnapshotProcess> processes, int wanted) =>
        processes.FirstOrDefault(process => process.ProcessId == wanted)
        ?? throw new CommandFailedException(processes.IsEmpty
            ? $"the snapshot has no process {wanted}: it has no processes at all"
            : $"the snapshot has no process {wanted}; it has "
                + string.Join(", ", processes.Select(p => $"{p.ProcessId} ({p.Name}, pid {p.Pid})")));

    private static ImmutableArray<SnapshotProcess> ReadProcesses(SnapshotReader reader, CancellationToken stop)
    {
        const string Sql = """
            SELECT process_id, pid, coalesce(friendly_name, program, executable, 'pid ' || pid), go_version, pause_ns,
                   truncated, error
            FROM processes ORDER BY process_id
            """;
        using QueryResult row = reader.Query(Sql, QueryLimits.None, stop);
        ImmutableArray<SnapshotProcess>.Builder processes = ImmutableArray.CreateBuilder<SnapshotProcess>();
        while (row.Read())
        {
            processes.Add(new SnapshotProcess
            {
                ProcessId = (int)row.GetInt64(0),
                Pid = (int)row.GetInt64(1),
                Name = row.GetText(2),
                GoVersion = Text(row, 3),
                PauseNs = Number(row, 4),
                IsTruncated = row.GetBoolean(5),
                Error = Text(row, 6),
            });
        }
        return processes.ToImmutable();
    }

    private static Dictionary<long, ImmutableArray<StackFrameRow>> ReadStacks(
        SnapshotReader reader, CancellationToken stop)
    {
        const string Sql = """
            SELECT stack_id, function, package, file, line, is_inlined
            FROM stack_frames ORDER BY stack_id, frame_index
            """;
        using QueryResult row = reader.Query(Sql, QueryLimits.None, stop);
        Dictionary<long, ImmutableArray<StackFrameRow>> stacks = [];
        Dictionary<string, string> texts = [];
        List<StackFrameRow> frames = [];
        long? stackId = null;
        while (row.Read())
        {
            long id = row.GetInt64(0);
            if (id != stackId && stackId is long complete)
                Complete(stacks, complete, frames);
            stackId = id;
            frames.Add(new StackFrameRow(
                Shared(texts, Text(row, 1)), Shared(texts, Text(row, 2)), Shared(texts, Text(row, 3)),
                (int?)Number(row, 4), row.GetBoolean(5)));
        }
        if (stackId is long last)
            Complete(stacks, last, frames);
        return stacks;
    }

    private static void Complete(
        Dictionary<long, ImmutableArray<StackFrameRow>> stacks, long id, List<StackFrameRow> frames)
    {
        stacks.Add(id, [.. frames]);
        frames.Clear();
    }

    private static IEnumerable<GoroutineGroup> ReadGroups(
        SnapshotReader reader, Dictionary<long, ImmutableArray<StackFrameRow>> stacks, int? processId,
        CancellationToken stop)
    {
        const string Columns = """
            SELECT process_id, count, status, wait_reason, longest_waiting_ns, longest_waiting_source,
                   example_goroutine_id, created_by, created_at_file, created_at_line, is_system, truncated, stack_id
            FROM goroutine_groups
            """;
        string sql = processId is int wanted ? $"{Columns} WHERE process_id = {wanted}" : Columns;
        using QueryResult row = reader.Query(sql, QueryLimits.None, stop);
        while (row.Read())
        {
            ImmutableArray<StackFrameRow> frames = [];
            if (Number(row, 12) is long stackId && stacks.TryGetValue(stackId, out ImmutableArray<StackFrameRow> known))
                frames = known;
            yield return new GoroutineGroup
            {
                ProcessId = (int)row.GetInt64(0),
                Count = row.GetInt64(1),
                Status = Text(row, 2),
                WaitReason = Text(row, 3),
                LongestWaitingNs = Number(row, 4),
                LongestWaitingSource = Text(row, 5),
                ExampleGoroutineId = row.GetInt64(6),
                CreatedBy = Text(row, 7),
                CreatedAtFile = Text(row, 8),
                CreatedAtLine = (int?)Number(row, 9),
                IsSystem = row.GetBoolean(10),
                IsTruncated = row.GetBoolean(11),
                Frames = frames,
            };
        }
    }

    /// <summary>A million frames name a few thousand functions and files: one string object for each.</summary>
    private static string? Shared(Dictionary<string, string> texts, string? text) =>
        text is null ? null : CollectionsMarshal.GetValueRefOrAddDefault(texts, text, out _) ??= text;

    private static string? Text(QueryResult row, int column) => row.IsNull(column) ? null : row.GetText(column);

    private static long? Number(QueryResult row, int column) => row.IsNull(column) ? null : row.GetInt64(column);
}
