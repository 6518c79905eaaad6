namespace SideEye.Cli.Flamegraph;

/// <summary>A call in a flame graph: goroutines whose stacks have the same functions from the root to here.</summary>
internal sealed class FlameNode(string name, string? package)
{
    private readonly Dictionary<string, FlameNode> children = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    /// <summary>The package that gives the colour; null for what is no call, such as a wait reason.</summary>
    public string? Package { get; } = package;

    /// <summary>Where the call is in the source; null when unknown or when there are several places.</summary>
    public string? Place { get; private set; }

    /// <summary>Goroutines in this call.</summary>
    public long Count { get; private set; }

    /// <summary>The widest first; same input, same order.</summary>
    public IEnumerable<FlameNode> Children =>
        children.Values.OrderByDescending(child => child.Count).ThenBy(child => child.Name, StringComparer.Ordinal);

    /// <summary>Adds goroutines that are in this call at the given place.</summary>
    public void Add(long count, string? place)
    {
        Place = Count == 0 || Place == place ? place : null;
        Count += count;
    }

    /// <summary>The call of <paramref name="childName"/> from here.</summary>
    public FlameNode Child(string childName, string? childPackage)
    {
        if (!children.TryGetValue(childName, out FlameNode? child))
        {
            child = new FlameNode(childName, childPackage);
            children.Add(childName, child);
        }
        return child;
    }
}
