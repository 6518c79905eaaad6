namespace SideEye.Capture.Waits;

/// <summary>How long a goroutine has waited, at least.</summary>
/// <param name="Nanoseconds">Lower bound.</param>
/// <param name="Source">Whose bound it is: see the constants.</param>
public readonly record struct WaitBound(long Nanoseconds, string Source)
{
    /// <summary>
    /// A garbage collection found it waiting, which g.waitsince tells; the wait is at least as old as the collection's
    /// end, so usually this is too short.
    /// </summary>
    public const string Runtime = "runtime";

    /// <summary>We saw the same wait before.</summary>
    public const string Observed = "observed";

    /// <summary>time.Sleep: its argument and its deadline give the start exactly.</summary>
    public const string Timer = "timer";

    /// <summary>The longer of two lower bounds.</summary>
    public static WaitBound? Longer(WaitBound? left, WaitBound? right) =>
        left is null || right?.Nanoseconds > left.Value.Nanoseconds ? right : left;
}
