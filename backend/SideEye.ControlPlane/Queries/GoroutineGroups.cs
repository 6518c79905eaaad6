namespace SideEye.ControlPlane.Queries;

/// <summary>Goroutines with one stack, status and wait reason, as <c>sideeye stacks</c> shows them.</summary>
internal static class GoroutineGroups
{
    /// <summary>The groups, longest wait first, without those of the runtime.</summary>
    public static string Sql(QueryContext context) => $"""
        SELECT p.name AS process, g.process_id, g.count, g.status, g.wait_reason, g.longest_waiting_ns,
               g.longest_waiting_source, g.example_goroutine_id, g.function, g.file, g.line, g.created_by,
               g.created_at_file, g.created_at_line, g.truncated, g.stack_id, g.functions
        FROM goroutine_groups g
        LEFT JOIN (SELECT process_id, {ProcessFilter.Name} AS name FROM processes) p USING (process_id)
        WHERE NOT g.is_system AND {ProcessFilter.On(context, "g.process_id")}
          AND {StackFilter(context, "g.stack_id")}
        ORDER BY g.longest_waiting_ns DESC NULLS LAST, g.count DESC, g.process_id, g.example_goroutine_id
        """;

    /// <summary>A condition on rows with a stack_id: the query's expression finds a function of the stack.</summary>
    public static string StackFilter(QueryContext context, string column)
    {
        string expression = context.Request.FunctionFilter;
        return expression.Length == 0 ? "true" : $"{column} IN (SELECT stack_id FROM stack_frames "
            + $"WHERE regexp_matches(function, {context.Filter(expression, "function filter")}))";
    }
}
