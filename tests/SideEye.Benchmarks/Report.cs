namespace SideEye.Benchmarks;

/// <summary>The table on standard output, row by row, so that slow ones do not hold up the others.</summary>
internal sealed class Report(TextWriter output)
{
    private const int LabelWidth = 46;
    private readonly List<string> failures = [];

    /// <summary>Figures whose median is over what was expected.</summary>
    public int Over { get; private set; }

    /// <summary>What could not be run, and why.</summary>
    public IReadOnlyList<string> Failures => failures;

    public void Write(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }

    /// <summary>Begins the table of one size.</summary>
    public void Begin(int goroutines) => Begin(Invariant($"{goroutines:N0} goroutines"));

    /// <summary>Begins a table.</summary>
    public void Begin(string what)
    {
        string title = $"{what} (load {Machine.LoadAverage})";
        Write("");
        Write($"{title,-LabelWidth} {"runs",4} {"best",10} {"median",10} {"max",10}   expected");
    }

    public void Heading(string text) => Write($"  {text}");

    /// <summary>A figure; nothing when there is none.</summary>
    /// <param name="label">What it is.</param>
    /// <param name="samples">Its repetitions.</param>
    /// <param name="unit">What they count.</param>
    /// <param name="expectedMax">The median must not be larger; null when nothing is expected.</param>
    /// <param name="remark">Printed where the expectation would be, if there is none.</param>
    public void Row(string label, Samples samples, Unit unit, double? expectedMax = null, string remark = "")
    {
        if (samples.Count == 0)
            return;
        if (expectedMax is double limit)
        {
            bool isOver = samples.Median > limit;
            Over += isOver ? 1 : 0;
            remark = $"<= {Text(limit, unit)}  {(isOver ? "OVER" : "ok")}";
        }
        Write($"    {label,-(LabelWidth - 4)} {samples.Count,4} {Text(samples.Best, unit),10} "
            + $"{Text(samples.Median, unit),10} {Text(samples.Worst, unit),10}   {remark}".TrimEnd());
    }

    public void Fail(string what, string why)
    {
        string line = $"{what}: {why.ReplaceLineEndings(" ")}";
        failures.Add(line);
        Write($"    {line}");
    }

    /// <summary>Figures as people read them: three digits that mean something, and a unit.</summary>
    public static string Text(double value, Unit unit) => (unit, value) switch
    {
        (Unit.Memory, _) => Invariant($"{value / 1e6:0} MB"),
        (_, < 1e5) => Invariant($"{value / 1e6:0.000} ms"),
        (_, < 1e7) => Invariant($"{value / 1e6:0.00} ms"),
        (_, < 1e9) => Invariant($"{value / 1e6:0.0} ms"),
        (_, < 1e10) => Invariant($"{value / 1e9:0.00} s"),
        _ => Invariant($"{value / 1e9:0.0} s"),
    };

    /// <summary>How many times as much, with two digits.</summary>
    public static string Ratio(double larger, double smaller) => (larger / smaller) switch
    {
        < 9.95 and double ratio => Invariant($"{ratio:0.0}"),
        < 100 and double ratio => Invariant($"{ratio:0}"),
        double ratio => Invariant($"{Math.Round(ratio / 10) * 10:N0}"),
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
