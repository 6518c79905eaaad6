using System.Collections.Frozen;

namespace SideEye.Spec.Reading;

/// <summary>The tables and views that every snapshot has, whatever the spec.</summary>
public static class BuiltInTables
{
    /// <summary>Their names; SQL does not tell upper from lower case.</summary>
    public static FrozenSet<string> Names { get; } = new[]
    {
        "snapshots", "processes", "goroutines", "frames", "stack_frames", "stacks", "stack_tops", "goroutine_groups",
        "top_frames", "waiting", "created_by_groups", "status_counts", "all_captured_data", "capture_errors",
        "function_tables", "derived_columns", "derived_tables", "derived_errors", "links", "link_matches",
        "linked_rows", "sideeye_file", "wait_edges", "resources",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
