namespace SideEye.Tables;

/// <summary>One row of stack_frames, as people see it; null where the file says NULL.</summary>
/// <param name="Function">As in the symbol table.</param>
/// <param name="Package">The function's package.</param>
/// <param name="File">Source file.</param>
/// <param name="Line">Line in it.</param>
/// <param name="IsInlined">Whether the call was inlined.</param>
public readonly record struct StackFrameRow(
    string? Function, string? Package, string? File, int? Line, bool IsInlined);
