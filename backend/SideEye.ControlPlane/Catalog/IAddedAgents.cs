namespace SideEye.ControlPlane.Catalog;

/// <summary>Agents that people have added, besides those that options and files name.</summary>
/// <remarks>For any number of threads.</remarks>
public interface IAddedAgents
{
    /// <summary>All, by address.</summary>
    IReadOnlyList<AddedAgent> All { get; }

    /// <summary>Adds an agent; one that was added already stays as it is.</summary>
    /// <param name="address"><c>host:port</c>.</param>
    /// <param name="author">Who adds it.</param>
    /// <exception cref="CatalogException">It is no address, or there are too many.</exception>
    AddedAgent Add(string address, string author);

    /// <summary>Takes an agent away again.</summary>
    /// <returns>False when nobody has added it.</returns>
    bool Remove(string address);
}

/// <summary>An agent that somebody has added.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Author">Who added it.</param>
/// <param name="At">When.</param>
public sealed record AddedAgent(string Address, string Author, DateTimeOffset At);
