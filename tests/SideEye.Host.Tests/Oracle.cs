using System.Text;
using System.Text.RegularExpressions;
using SideEye.Testing;

namespace SideEye.Host.Tests;

/// <summary>Holds captured stacks against the program's own view of itself.</summary>
internal static partial class Oracle
{
    /// <summary>Differences between our frames and those of a crash dump, which shows every frame; empty when they
    /// agree.</summary>
    public static string Differences(CapturedGoroutine ours, DumpedGoroutine theirs)
    {
        List<string> mine = [.. ours.Frames.Select(frame => Line(frame.Function, frame.File, frame.Line))];
        List<string> told = [.. theirs.Frames.Select(frame => Line(frame.Function, frame.File, frame.Line))];
        // The runtime prints the innermost and the outermost fifty of a long stack, or the innermost hundred (Go 1.19).
        if (theirs.ElidedAt is int at)
        {
            List<string> head = [.. mine.Take(at)];
            mine = [.. head, .. mine.Skip(Math.Max(at, mine.Count - (told.Count - at)))];
        }
        if (mine.SequenceEqual(told))
            return "";
        StringBuilder text = new($"goroutine {ours.Id} [{ours.Status} {ours.WaitReason}] ({ours.TruncatedReason})\n");
        for (int i = 0; i < Math.Max(mine.Count, told.Count); i++)
        {
            string left = i < mine.Count ? mine[i] : "-";
            string right = i < told.Count ? told[i] : "-";
            text.Append(left == right ? "    " : " !! ").Append(left).Append(left == right ? ""
                : $"   <>   {right}").Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A frame as the runtime prints it: type arguments are left out, gopanic is called panic.</summary>
    private static string Line(string function, string? file, int? line)
    {
        string name = TypeArguments().Replace(function, "[...]");
        return $"{(name == "runtime.gopanic" ? "panic" : name)} {file}:{line}";
    }

    [GeneratedRegex(@"\[.*\]")]
    private static partial Regex TypeArguments();
}
