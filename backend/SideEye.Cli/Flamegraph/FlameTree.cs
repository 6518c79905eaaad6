using System.Collections.Immutable;
using SideEye.Cli.Stacks;
using SideEye.Tables;

namespace SideEye.Cli.Flamegraph;

/// <summary>Merges goroutine groups into a tree of calls, outermost at the root.</summary>
internal static class FlameTree
{
    /// <summary>
    /// The tree of all processes, one branch each when there are several. Below the innermost call stands what the
    /// goroutines wait for, in brackets.
    /// </summary>
    public static FlameNode Of(ImmutableArray<SnapshotProcess> processes, bool all)
    {
        FlameNode root = new("all goroutines", null);
        foreach (SnapshotProcess process in processes)
        {
            FlameNode top = processes.Length == 1
                ? root
                : root.Child($"{process.Name} (process {process.ProcessId}, pid {process.Pid})", null);
            foreach (GoroutineGroup group in process.Groups)
            {
                if (!all && group.IsSystem)
                    continue;
                root.Add(group.Count, null);
                if (top != root)
                    top.Add(group.Count, null);
                AddStack(top, group, all);
            }
        }
        return root;
    }

    private static void AddStack(FlameNode top, GoroutineGroup group, bool all)
    {
        FlameNode node = top;
        ImmutableArray<StackFrameRow> frames = FrameVisibility.Shown(group.Frames, all);
        for (int index = frames.Length - 1; index >= 0; index--)
        {
            StackFrameRow frame = frames[index];
            node = node.Child(frame.Function ?? "(unknown function)", frame.Package);
            node.Add(group.Count, PlaceOf(frame));
        }
        if (frames.IsEmpty)
        {
            node = node.Child("(no stack could be read)", null);
            node.Add(group.Count, null);
        }
        node.Child($"[{group.WaitReason ?? group.Status ?? "unknown status"}]", null).Add(group.Count, null);
    }

    private static string? PlaceOf(StackFrameRow frame) =>
        frame.File is null ? null : frame.Line is int line ? $"{frame.File}:{line}" : frame.File;
}
