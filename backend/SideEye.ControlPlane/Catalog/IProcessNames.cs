using SideEye.ControlPlane.Agents;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Gives processes short names that stay the same over their life.</summary>
/// <remarks>For any number of threads.</remarks>
public interface IProcessNames
{
    /// <summary>The name of a process: what a person gave it, or one that was made and is kept, such as
    /// <c>shop-3</c>. No two processes that are known have one name.</summary>
    string NameOf(FleetProcess process);

    /// <summary>Gives a process another name.</summary>
    /// <param name="agent">The agent that watches it.</param>
    /// <param name="key">The key that the agent gave it.</param>
    /// <param name="name">1 to 64 letters, digits, dots, dashes or underscores.</param>
    /// <exception cref="CatalogException">The process is not known, or another has the name.</exception>
    void Rename(string agent, string key, string name);
}
