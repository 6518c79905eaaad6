namespace SideEye.Cli.Stacks;

/// <summary>One row of stack_frames, as people see it; null where the file says NULL.</summary>
internal readonly record struct StackFrameRow(
    string? Function, string? Package, string? File, int? Line, bool IsInlined);
