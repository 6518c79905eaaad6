using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Lowering;

/// <summary>What a routine is for.</summary>
internal enum RoutineRole
{
    /// <summary>A value of the type, or of it what the rest of a path needs.</summary>
    Value,

    /// <summary>The header of a map.</summary>
    MapHeader,

    /// <summary>A pointer to a table of a swiss map, as its directory holds them.</summary>
    MapDirectory,

    /// <summary>A table of a swiss map.</summary>
    MapTable,

    /// <summary>A group of a swiss map, or a bucket of an older one.</summary>
    MapGroup,

    /// <summary>A slot of a group: key and element.</summary>
    MapSlot,

    /// <summary>The header of a channel.</summary>
    Channel,

    /// <summary>A goroutine in a channel's queue (runtime.sudog).</summary>
    Waiter,
}

/// <summary>Identity of a routine: the same one is written once.</summary>
/// <param name="Role">What it is for.</param>
/// <param name="Type">The Go type that it is about: of maps and channels theirs, not the runtime's.</param>
/// <param name="Path">The rest of a path, from <paramref name="Index"/> on; default when the whole value is taken.
/// </param>
/// <param name="Index">Steps already taken.</param>
/// <param name="Limits">How much is taken.</param>
internal readonly record struct RoutineKey(
    RoutineRole Role, GoType Type, ImmutableArray<PathStep> Path, int Index, ValueLimits Limits)
{
    /// <summary>The rest of a path that ends here: the whole value.</summary>
    public static RoutineKey Whole(GoType type, ValueLimits limits) => new(RoutineRole.Value, type, [], 0, limits);

    /// <summary>True when no step is left.</summary>
    public bool IsWhole => Index >= Path.Length;

    /// <summary>The same rest of the path in another role.</summary>
    public RoutineKey As(RoutineRole role) => this with { Role = role };
}
