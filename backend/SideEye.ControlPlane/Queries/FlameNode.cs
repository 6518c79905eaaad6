namespace SideEye.ControlPlane.Queries;

/// <summary>A call in a flame graph: goroutines whose stacks have the same functions from the root to here.</summary>
internal sealed class FlameNode(string label)
{
    private readonly Dictionary<string, FlameNode> children = new(StringComparer.Ordinal);

    /// <summary>What is written on it.</summary>
    public string Label { get; } = label;

    /// <summary>Goroutines in this call.</summary>
    public long Value { get; set; }

    /// <summary>Goroutines that go no deeper.</summary>
    public long Self => Value - children.Values.Sum(child => child.Value);

    /// <summary>The widest first; same input, same order.</summary>
    public IEnumerable<FlameNode> Children =>
        children.Values.OrderByDescending(child => child.Value).ThenBy(child => child.Label, StringComparer.Ordinal);

    /// <summary>The call from here with this label; null when there is none and none may be made.</summary>
    public FlameNode? Child(string childLabel, ref int nodesLeft)
    {
        if (children.TryGetValue(childLabel, out FlameNode? child))
            return child;
        if (nodesLeft <= 0)
            return null;
        nodesLeft--;
        child = new FlameNode(childLabel);
        children.Add(childLabel, child);
        return child;
    }
}
