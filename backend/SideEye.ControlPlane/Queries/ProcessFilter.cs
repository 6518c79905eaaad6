using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>The processes of the snapshot that a query is about.</summary>
internal static class ProcessFilter
{
    /// <summary>What people call a process: friendly name, program or executable, whichever is known first.</summary>
    public const string Name = "coalesce(friendly_name, program, executable, 'pid ' || pid)";

    /// <summary>A query for the process ids.</summary>
    public static string Sql(QueryContext context) =>
        $"SELECT process_id FROM processes WHERE {Condition(context)}";

    /// <summary>An SQL condition on rows with a process_id: they are of the processes that are asked for.</summary>
    /// <param name="context">The query.</param>
    /// <param name="column">The column, qualified where that is needed.</param>
    public static string On(QueryContext context, string column) =>
        Condition(context) == "true" ? "true" : $"{column} IN ({Sql(context)})";

    /// <summary>The condition on rows of processes. A process without a program is of the snapshot's.</summary>
    private static string Condition(QueryContext context)
    {
        List<string> conditions = [];
        if (context.Request.Program.Length > 0)
        {
            conditions.Add(Is("program", context.Subject.Snapshot?.Program,
                context.Filter(context.Request.Program, "program")));
        }
        if (context.Request.Environment.Length > 0)
        {
            conditions.Add(Is("environment", context.Subject.Snapshot?.Environment,
                context.Filter(context.Request.Environment, "environment")));
        }
        if (context.Request.Processes.Count > 0)
        {
            if (context.Request.Processes.Count > context.Limits.VariablesMax)
            {
                throw new StoreException(StoreError.Sql,
                    $"the query names {context.Request.Processes.Count} processes, more than "
                    + $"{context.Limits.VariablesMax}; leave them out to have all");
            }
            IEnumerable<string> names = context.Request.Processes.Select(name => context.Filter(name, "process"));
            conditions.Add($"{Name} IN ({string.Join(", ", names)})");
        }
        return conditions.Count == 0 ? "true" : string.Join(" AND ", conditions);
    }

    private static string Is(string column, string? ofSnapshot, string wanted) =>
        $"coalesce({column}, {(ofSnapshot is null ? wanted : SqlText.Literal(ofSnapshot))}) = {wanted}";
}
