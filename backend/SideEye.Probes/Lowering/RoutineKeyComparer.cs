using System.Runtime.CompilerServices;

namespace SideEye.Probes.Lowering;

/// <summary>Types are compared by identity; so are paths, by the steps that are left.</summary>
internal sealed class RoutineKeyComparer : IEqualityComparer<RoutineKey>
{
    public static RoutineKeyComparer Instance { get; } = new();

    public bool Equals(RoutineKey x, RoutineKey y)
    {
        if (x.Role != y.Role || !ReferenceEquals(x.Type, y.Type) || x.Limits != y.Limits)
            return false;
        ReadOnlySpan<Plan.PathStep> left = x.IsWhole ? [] : x.Path.AsSpan()[x.Index..];
        ReadOnlySpan<Plan.PathStep> right = y.IsWhole ? [] : y.Path.AsSpan()[y.Index..];
        return left.SequenceEqual(right);
    }

    public int GetHashCode(RoutineKey key) =>
        HashCode.Combine(key.Role, RuntimeHelpers.GetHashCode(key.Type), key.Path.Length - key.Index, key.Limits);
}
