using System.Globalization;
using System.Text;
using SideEye.Cli.Output;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Types;
using SideEye.Probes;
using SideEye.Probes.Lowering;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;
using SideEye.Spec.Packs;

namespace SideEye.Cli.Specs;

/// <summary>What a spec would capture of a program, for people: the functions of one's own files column by column, of
/// the built-in packs how many.</summary>
internal sealed class SpecListing
{
    private readonly CompiledCapture capture;
    private readonly CaptureBounds bounds;
    private readonly StringBuilder text = new();

    private SpecListing(CompiledCapture capture, GoBinary binary)
    {
        this.capture = capture;
        bounds = CaptureBounds.Of(capture.Bound, binary);
    }

    /// <summary>The listing.</summary>
    /// <param name="capture">The spec, compiled for the program.</param>
    /// <param name="spec">The spec, packs included.</param>
    /// <param name="binary">The program.</param>
    /// <param name="isVerbose">True to list functions of packs like one's own.</param>
    public static string Of(CompiledCapture capture, CaptureSpec spec, GoBinary binary, bool isVerbose)
    {
        SpecListing listing = new(capture, binary);
        for (int i = 0; i < capture.Bound.Functions.Length; i++)
        {
            if (isVerbose || IsOwn(capture.Bound.Functions[i]))
                listing.AddTable(i);
        }
        if (!isVerbose)
            listing.AddPacks(spec);
        LimitsSpec limits = capture.Bound.Limits;
        listing.Line($"limits: {Number(limits.FrameBytes!.Value)} bytes for a frame, "
            + $"{Number(limits.SnapshotBytes!.Value)} for a process");
        return PlainText.CleanLines(listing.text.ToString());
    }

    /// <summary>A file united with a pack's function makes it one's own.</summary>
    private static bool IsOwn(FunctionSpec function) =>
        PackOf(function.At) is null || function.Captures.Any(static each => PackOf(each.At) is null);

    private static string? PackOf(SourcePosition at)
    {
        foreach (KeyValuePair<string, string> file in BuiltInPacks.Files)
        {
            if (file.Key == at.File)
                return Path.GetFileNameWithoutExtension(file.Key);
        }
        return null;
    }

    private void AddTable(int number)
    {
        FunctionTable table = capture.Bound.Plan.Tables[number];
        Line($"{table.Name}: {table.Function}");
        List<string[]> rows = [["COLUMN", "TYPE", "BYTES", "AT MOST"]];
        long sum = 0;
        long limit = capture.Bound.FrameBytes(number);
        for (int i = 0; i < table.Columns.Length; i++)
        {
            CapturedColumn column = table.Columns[i];
            string? problem = ProblemOf(number, i);
            long most = problem is null ? bounds.Column(number, i) : 0;
            sum += most;
            rows.Add(
            [
                column.Name, column.Type.Name, problem is null ? BytesOf(column.Type) : "",
                problem ?? (most >= limit ? "the frame's limit" : Number(most)),
            ]);
        }
        int[] widths = [.. Enumerable.Range(0, 3).Select(i => rows.Max(row => row[i].Length))];
        foreach (string[] row in rows)
        {
            Line($"  {row[0].PadRight(widths[0])}  {row[1].PadRight(widths[1])}  {row[2].PadLeft(widths[2])}  {row[3]}"
                .TrimEnd());
        }
        Line($"  a frame: at most {Number(Math.Min(sum, limit))} bytes besides the stack\n");
    }

    /// <summary>Why a column is always empty; null when it is not.</summary>
    private string? ProblemOf(int table, int column)
    {
        CapturedColumn captured = capture.Bound.Plan.Tables[table].Columns[column];
        if (captured.IsSecret)
            return "[redacted]";
        string? reason = "no code";
        foreach (FrameSite site in capture.Bound.Plan.Sites)
        {
            foreach (SiteRow row in site.Rows)
            {
                for (ValueSource? one = row.Table == table ? row.Sources[column] : null; one is not null;
                    one = one.Shadowed)
                {
                    if (one.Unavailable is null)
                        return null;
                    if (one.Unavailable != Unavailable.NotInScope)
                        reason = one.Unavailable;
                }
            }
        }
        return $"never: {reason}";
    }

    /// <summary>Bytes of the value itself, and of what a pointer points to.</summary>
    private static string BytesOf(GoType type) => type is { Kind: GoKind.Pointer, Element: { } target }
        ? $"{Number(type.Size)} + {Number(target.Size)}" : Number(type.Size);

    private void AddPacks(CaptureSpec spec)
    {
        HashSet<string> taken = [.. capture.Bound.Functions.Select(static function => function.Function)];
        foreach (IGrouping<string, FunctionSpec> pack in spec.Functions.Where(static each => !IsOwn(each))
            .GroupBy(static function => PackOf(function.At)!))
        {
            int there = pack.Count(function => taken.Contains(function.Function));
            Line($"pack {pack.Key}: {there} of {pack.Count()} functions are in this program");
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private void Line(string line) => text.Append(line).Append('\n');
}
