using System.Globalization;
using System.Text.RegularExpressions;

namespace SideEye.Testing;

/// <summary>
/// The text that the Go runtime prints of all goroutines, read back: runtime.Stack(buf, true), a goroutine profile with
/// debug=2, or the crash dump that SIGQUIT provokes. The first two leave out most frames of package runtime, and system
/// goroutines; the crash dump of a program with traceback level "system" has them all, and their sp and pc.
/// Format: goroutineheader, traceback2 and printcreatedby in runtime/traceback.go, Go 1.19 to 1.27.
/// </summary>
public sealed partial class GoroutineDump
{
    private readonly Dictionary<long, DumpedGoroutine> byId = [];

    private GoroutineDump(IReadOnlyList<DumpedGoroutine> goroutines)
    {
        Goroutines = goroutines;
        foreach (var goroutine in goroutines)
        {
            byId.TryAdd(goroutine.Id, goroutine);
        }
    }

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<DumpedGoroutine> Goroutines { get; }

    /// <summary>The goroutine with this id.</summary>
    /// <exception cref="KeyNotFoundException">The dump has none.</exception>
    public DumpedGoroutine this[long id] => byId[id];

    /// <summary>Whether the dump has a goroutine with this id.</summary>
    public bool Contains(long id) => byId.ContainsKey(id);

    /// <summary>Reads a dump. Text around the goroutines (registers, messages) is passed over.</summary>
    /// <exception cref="FormatException">A goroutine's block is not as the runtime prints it; names the
    /// line.</exception>
    public static GoroutineDump Parse(string text)
    {
        var goroutines = new List<DumpedGoroutine>();
        foreach (var block in text.Split("\n\n"))
        {
            var lines = block.Trim('\n').Split('\n');
            var header = Array.FindIndex(lines, line => HeaderPattern.IsMatch(line));
            if (header >= 0)
            {
                goroutines.Add(ParseGoroutine(lines.AsSpan(header)));
            }
        }

        return new GoroutineDump(goroutines);
    }

    private static DumpedGoroutine ParseGoroutine(ReadOnlySpan<string> lines)
    {
        var goroutine = ParseHeader(lines[0]);
        var frames = new List<DumpedFrame>();
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.StartsWith("\tgoroutine running on other thread", StringComparison.Ordinal))
            {
                goroutine = goroutine with { IsStackUnavailable = true };
            }
            else if (ElidedPattern.Match(line) is { Success: true } elided)
            {
                int? count = elided.Groups["count"] is { Success: true } group ? Number(group) : null;
                goroutine = goroutine with { ElidedAt = frames.Count, ElidedCount = count };
            }
            else if (i + 1 < lines.Length && CreatedPattern.Match(line) is { Success: true } created)
            {
                goroutine = goroutine with { CreatedBy = ParseCreation(created, lines[++i]) };
            }
            else if (i + 1 < lines.Length && FunctionPattern.Match(line) is { Success: true } function)
            {
                frames.Add(ParseFrame(function, lines[++i]));
            }
            else
            {
                throw new FormatException($"goroutine {goroutine.Id}: neither a function nor a remark: '{line}'");
            }
        }

        return goroutine with { Frames = frames };
    }

    private static DumpedGoroutine ParseHeader(string line)
    {
        var header = HeaderPattern.Match(line);
        var parts = header.Groups["state"].Value.Split(", ");
        var (state, remarks) = SplitRemarks(parts[0]);
        int? minutes = null;
        foreach (var part in parts.AsSpan(1))
        {
            if (part.EndsWith(" minutes", StringComparison.Ordinal))
            {
                minutes = int.Parse(part[..^" minutes".Length], CultureInfo.InvariantCulture);
            }
        }

        return new DumpedGoroutine
        {
            Id = long.Parse(header.Groups["id"].ValueSpan, CultureInfo.InvariantCulture),
            State = state,
            Remarks = remarks,
            WaitMinutes = minutes,
            IsLockedToThread = parts.Contains("locked to thread"),
            Labels = GoroutineLabels.Parse(header.Groups["labels"].Value),
            Address = Hexadecimal(header.Groups["g"]),
            MachineId = header.Groups["m"] is { Success: true } m ? Number(m) : null,
            Frames = [],
        };
    }

    // "(nil chan)" and "(no cases)" are parts of wait reasons, the others are put behind them by goroutineheader.
    private static (string State, IReadOnlyList<string> Remarks) SplitRemarks(string state)
    {
        var remarks = new List<string>();
        for (var match = RemarkPattern.Match(state); match.Success; match = RemarkPattern.Match(state))
        {
            remarks.Insert(0, match.Groups["remark"].Value);
            state = state[..match.Index];
        }

        return (state, remarks);
    }

    private static DumpedFrame ParseFrame(Match function, string position)
    {
        var place = Place(position);
        return new DumpedFrame(
            function.Groups["name"].Value, function.Groups["arguments"].Value, place.Groups["file"].Value,
            Number(place.Groups["line"]), Hexadecimal(place.Groups["offset"]), Hexadecimal(place.Groups["fp"]),
            Hexadecimal(place.Groups["sp"]), Hexadecimal(place.Groups["pc"]));
    }

    private static DumpedCreation ParseCreation(Match created, string position)
    {
        var place = Place(position);
        long? parent = created.Groups["parent"] is { Success: true } group ? Number(group) : null;
        return new DumpedCreation(
            created.Groups["name"].Value, parent, place.Groups["file"].Value, Number(place.Groups["line"]));
    }

    private static Match Place(string line) => PlacePattern.Match(line) is { Success: true } match
        ? match
        : throw new FormatException($"not a file and line: '{line}'");

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    private static ulong? Hexadecimal(Group group) =>
        group.Success ? ulong.Parse(group.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(
        @"^goroutine (?<id>\d+)( gp=0x(?<g>[0-9a-f]+) m=(nil|(?<m>-?\d+) mp=0x[0-9a-f]+))?" +
        @" \[(?<state>[^\]]*)\]( \{(?<labels>.*)\})?:( .*)?$")]
    private static partial Regex HeaderPattern { get; }

    [GeneratedRegex(@" \((?<remark>leaked|scan|durable)\)$")]
    private static partial Regex RemarkPattern { get; }

    // Arguments hold no parentheses, so the last one opens them.
    [GeneratedRegex(@"^(?<name>\S.*)\((?<arguments>[^()]*)\)$")]
    private static partial Regex FunctionPattern { get; }

    [GeneratedRegex(@"^created by (?<name>.+?)( in goroutine (?<parent>\d+))?$")]
    private static partial Regex CreatedPattern { get; }

    [GeneratedRegex(@"^\.\.\.((?<count>\d+)|additional) frames elided\.\.\.$")]
    private static partial Regex ElidedPattern { get; }

    [GeneratedRegex(
        @"^\t(?<file>.*):(?<line>\d+)( \+0x(?<offset>[0-9a-f]+))?" +
        @"( fp=0x(?<fp>[0-9a-f]+) sp=0x(?<sp>[0-9a-f]+) pc=0x(?<pc>[0-9a-f]+))?$")]
    private static partial Regex PlacePattern { get; }
}
