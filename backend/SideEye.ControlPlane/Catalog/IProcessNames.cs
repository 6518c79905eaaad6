using SideEye.ControlPlane.Agents;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Gives processes short names that stay the same over their life.</summary>
public interface IProcessNames
{
    /// <summary>The name of a process: what a person gave it, or one that was made and is kept, such as
    /// <c>shop-3</c>.</summary>
    string NameOf(FleetProcess process);
}
