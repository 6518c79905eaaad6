using System.Collections.Immutable;

namespace SideEye.GoRuntime.Functions;

/// <summary>Where in a program the entry of a variable stands.</summary>
/// <param name="Scope">Ranges of the block around it.</param>
/// <param name="FunctionEntry">Entry of the function that has the code.</param>
/// <param name="IsInlined">True when the variable belongs to a function that was inlined there.</param>
internal readonly record struct VariablePlace(ImmutableArray<PcSpan> Scope, ulong FunctionEntry, bool IsInlined);
