using System.Collections.Immutable;
using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.Store;
using SideEye.Tables;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.ControlPlane.Queries;

/// <summary>
/// The stacks of a snapshot as a flame graph by number of goroutines: one root, outermost calls below it, a branch for
/// each process when there are several, and at the tips what the goroutines wait for. Rows go depth first.
/// </summary>
internal sealed class FlameGraph(QueryContext context, SnapshotReader reader)
{
    private static readonly Schema Shape = new(
        [
            new Field("level", Int32Type.Default, false), new Field("value", Int64Type.Default, false),
            new Field("self", Int64Type.Default, false), new Field("label", StringType.Default, false),
        ],
        null);

    private readonly FlameNode root = new("all goroutines");
    private int nodesLeft = context.Limits.FlameNodesMax;
    private bool isCut;

    /// <summary>Reads and sends it.</summary>
    public async Task<QueryOutcome> SendAsync()
    {
        string sql = Sql();
        Dictionary<long, ImmutableArray<StackFrameRow>> stacks = ReadStacks();
        ReadGroups(sql, stacks);
        if (isCut)
        {
            context.Notice("warning", "truncated", $"The graph has more than {context.Limits.FlameNodesMax} calls; "
                + "the innermost ones of some stacks are left out.");
        }
        Column[] columns = [.. Shape.FieldsList.Select(field => new Column
        {
            Name = field.Name,
            Type = field.DataType switch { StringType => "VARCHAR", Int32Type => "INTEGER", _ => "BIGINT" },
            Unit = field.DataType is Int64Type ? "count" : "",
            Identity = field.Name == "label" ? "function" : "",
        })];
        using FrameSender sender = new(context);
        return new QueryOutcome(sql, await sender.SendAsync("flamegraph", columns, Rows()).ConfigureAwait(false));
    }

    private string Sql() => $"""
        SELECT g.process_id, p.name, g.stack_id, coalesce(g.wait_reason, g.status, 'unknown status') AS state,
               count(*) AS count
        FROM goroutines g
        LEFT JOIN (SELECT process_id, {ProcessFilter.Name} || ' (process ' || process_id || ', pid ' || pid || ')'
            AS name FROM processes) p USING (process_id)
        WHERE NOT g.is_system AND {ProcessFilter.On(context, "g.process_id")}
          AND {GoroutineGroups.StackFilter(context, "g.stack_id")}
        GROUP BY g.process_id, p.name, g.stack_id, state
        ORDER BY g.process_id, g.stack_id, state
        """;

    private Dictionary<long, ImmutableArray<StackFrameRow>> ReadStacks()
    {
        using QueryResult row = reader.Query(
            "SELECT stack_id, function, package, file, line, is_inlined FROM stack_frames "
            + $"WHERE {GoroutineGroups.StackFilter(context, "stack_id")} ORDER BY stack_id, frame_index",
            context.LimitsLeft(), context.Stop);
        Dictionary<long, ImmutableArray<StackFrameRow>.Builder> stacks = [];
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        while (row.Read())
        {
            if (!stacks.TryGetValue(row.GetInt64(0), out ImmutableArray<StackFrameRow>.Builder? frames))
                stacks.Add(row.GetInt64(0), frames = ImmutableArray.CreateBuilder<StackFrameRow>());
            frames.Add(new StackFrameRow(
                Text(row, 1, texts), Text(row, 2, texts), Text(row, 3, texts),
                row.IsNull(4) ? null : (int)row.GetInt64(4), row.GetBoolean(5)));
        }
        return stacks.ToDictionary(each => each.Key, each => FrameVisibility.Shown(each.Value.ToImmutable(), false));
    }

    private void ReadGroups(string sql, Dictionary<long, ImmutableArray<StackFrameRow>> stacks)
    {
        List<(string Process, long? Stack, string State, long Count)> groups = [];
        using (QueryResult row = reader.Query(sql, context.LimitsLeft(), context.Stop))
        {
            while (row.Read())
            {
                string process = row.IsNull(1) ? $"process {row.GetInt64(0)}" : row.GetText(1);
                groups.Add((process, row.IsNull(2) ? null : row.GetInt64(2), row.GetText(3), row.GetInt64(4)));
            }
        }
        bool hasBranches = groups.Select(group => group.Process).Distinct(StringComparer.Ordinal).Skip(1).Any();
        foreach ((string process, long? stack, string state, long count) in groups)
        {
            ImmutableArray<StackFrameRow> frames = stack is long id ? stacks.GetValueOrDefault(id, []) : [];
            IEnumerable<string> calls = frames.IsEmpty ? ["(no stack could be read)"]
                : frames.Reverse().Select(frame => frame.Function ?? "(unknown function)");
            Add(calls.Prepend(process).Skip(hasBranches ? 0 : 1).Append($"[{state}]"), count);
        }
    }

    private void Add(IEnumerable<string> labels, long count)
    {
        FlameNode node = root;
        node.Value += count;
        foreach (string label in labels)
        {
            if (node.Child(label, ref nodesLeft) is not { } child)
            {
                isCut = true;
                return;
            }
            child.Value += count;
            node = child;
        }
    }

    private RecordBatch Rows()
    {
        Int32Array.Builder levels = new();
        Int64Array.Builder values = new();
        Int64Array.Builder selves = new();
        StringArray.Builder labels = new();
        Stack<(FlameNode Node, int Level)> open = new();
        open.Push((root, 0));
        while (open.TryPop(out (FlameNode Node, int Level) next))
        {
            levels.Append(next.Level);
            values.Append(next.Node.Value);
            selves.Append(next.Node.Self);
            labels.Append(next.Node.Label);
            foreach (FlameNode child in next.Node.Children.Reverse())
                open.Push((child, next.Level + 1));
        }
        return new RecordBatch(
            Shape, [levels.Build(), values.Build(), selves.Build(), labels.Build()], levels.Length);
    }

    /// <summary>A million frames name a few thousand functions and files: one string object for each.</summary>
    private static string? Text(QueryResult row, int column, Dictionary<string, string> texts)
    {
        if (row.IsNull(column))
            return null;
        string text = row.GetText(column);
        if (!texts.TryGetValue(text, out string? known))
            texts.Add(text, known = text);
        return known;
    }
}
