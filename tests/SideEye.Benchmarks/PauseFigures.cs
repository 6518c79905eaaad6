namespace SideEye.Benchmarks;

/// <summary>The pause by one reader: from outside, from inside, and in parts.</summary>
/// <param name="reader">The reader asked for.</param>
internal sealed class PauseFigures(string reader)
{
    private int byOthers;
    private readonly Samples[] parts = [.. SideEyeCommand.PartNames.Select(_ => new Samples())];

    /// <summary>The largest gap of the target's heartbeat around the freeze.</summary>
    public Samples SeenByTarget { get; } = new();

    /// <summary>What the snapshot itself says.</summary>
    public Samples Reported { get; } = new();

    public void Add(SideEyeCommand taken, long largestGap)
    {
        SeenByTarget.Add(largestGap);
        byOthers += taken.Reader == reader ? 0 : 1;
        Reported.Add(taken.PauseNs);
        for (int i = 0; i < parts.Length; i++)
            parts[i].Add(taken.Parts[SideEyeCommand.PartNames[i]]);
    }

    /// <summary>Writes the rows.</summary>
    /// <param name="report">Receives them.</param>
    /// <param name="expectedMax">Of the pause.</param>
    /// <param name="seenMax">Of the pause as the target sees it, when it is another.</param>
    public void Write(Report report, double? expectedMax, double? seenMax = null)
    {
        report.Heading($"sideeye snapshot --reader {reader}");
        report.Row("pause as the target sees it", SeenByTarget, Unit.Time, seenMax ?? expectedMax);
        report.Row("pause as we report it", Reported, Unit.Time, expectedMax);
        for (int i = 0; i < parts.Length; i++)
            report.Row(LabelOf(SideEyeCommand.PartNames[i]), parts[i], Unit.Time);
        if (byOthers > 0)
            report.Write($"    {byOthers} of {Reported.Count} finished by another reader: no worker got a core");
    }

    private static string LabelOf(string part) => part == "trigger" ? "    of it trigger" : $"  {part}";
}

/// <summary>What a whole command takes.</summary>
internal sealed class CommandFigures
{
    /// <summary>Nanoseconds from its start to its end.</summary>
    public Samples Wall { get; } = new();

    /// <summary>Bytes it had resident at most.</summary>
    public Samples Memory { get; } = new();
}
