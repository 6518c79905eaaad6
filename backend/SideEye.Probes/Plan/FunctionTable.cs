using System.Collections.Immutable;
using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Plan;

/// <summary>The table of one captured function.</summary>
/// <param name="Name">Of the table.</param>
/// <param name="Function">As in the symbol table.</param>
/// <param name="Columns">The captured expressions.</param>
public sealed record FunctionTable(string Name, string Function, ImmutableArray<CapturedColumn> Columns);

/// <summary>A captured expression that was bound to a binary.</summary>
/// <param name="Name">Of the column.</param>
/// <param name="Expression">As written.</param>
/// <param name="Type">Static type of its value.</param>
/// <param name="Limits">How much of a value is taken.</param>
/// <param name="IsSecret">True when a name on its path is on the deny list: nothing of it is ever read.</param>
/// <param name="IsOptional">True when it may be absent, and a type that it asserts in vain is no error.</param>
public sealed record CapturedColumn(
    string Name, string Expression, GoType Type, ValueLimits Limits, bool IsSecret, bool IsOptional = false);
