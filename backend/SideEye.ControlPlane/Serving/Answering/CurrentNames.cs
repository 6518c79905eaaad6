using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Serving.Answering;

/// <summary>Programs, environments and processes that there are now, or that the spec knows: what needs no snapshot.
/// </summary>
/// <param name="fleet">What agents watch.</param>
/// <param name="specs">The spec in force.</param>
/// <param name="names">Names of processes.</param>
public sealed class CurrentNames(IFleet fleet, ISpecsInForce specs, IProcessNames names)
{
    /// <summary>Programs, in order.</summary>
    public IReadOnlyList<string> Programs => Sorted(
        specs.Current.Merged.Programs.Select(static rule => rule.Name)
            .Concat(fleet.Processes.Select(static one => one.Process.Program)));

    /// <summary>Environments, in order.</summary>
    public IReadOnlyList<string> Environments => Sorted(fleet.Processes.Select(static one => one.Environment));

    /// <summary>Names of processes, in order.</summary>
    /// <param name="program">Only of this program; null for all.</param>
    /// <param name="environment">Only of this environment; null for all.</param>
    public IReadOnlyList<string> Processes(string? program, string? environment) => Sorted(fleet.Processes
        .Where(one => (program is null || one.Process.Program == program)
            && (environment is null || one.Environment == environment))
        .Select(names.NameOf));

    private static string[] Sorted(IEnumerable<string> some) =>
        [.. some.Where(static one => one.Length > 0).Distinct().Order(StringComparer.Ordinal)];
}
