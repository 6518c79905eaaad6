namespace SideEye.ControlPlane.Freshness;

/// <summary>Which processes a capture is of.</summary>
internal sealed record CaptureSelection(
    string? Program, string? Environment, IReadOnlyList<string> Agents, IReadOnlyList<string> ProcessKeys)
{
    /// <summary>What an order selects.</summary>
    public static CaptureSelection Of(ManualOrder order) =>
        new(order.Program, order.Environment, order.Agents, order.ProcessKeys);

    /// <summary>Whether a process can be of both.</summary>
    public bool Overlaps(CaptureSelection other) =>
        MayBeOne(Program, other.Program) && MayBeOne(Environment, other.Environment)
        && MayMeet(Agents, other.Agents) && MayMeet(ProcessKeys, other.ProcessKeys);

    private static bool MayBeOne(string? one, string? other) => one is null || other is null || one == other;

    private static bool MayMeet(IReadOnlyList<string> some, IReadOnlyList<string> others) =>
        some.Count == 0 || others.Count == 0 || some.Intersect(others, StringComparer.Ordinal).Any();
}
