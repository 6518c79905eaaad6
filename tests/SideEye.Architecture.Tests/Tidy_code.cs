using System.Globalization;
using System.Text.RegularExpressions;

namespace SideEye.Architecture.Tests;

/// <summary>
/// Limits on sizes, which hold for all code but the places listed in tidy.baseline.txt. That list may only shrink: a
/// listed place must not grow, and one that has shrunk or is gone must be taken off.
/// </summary>
public sealed partial class Tidy_code
{
    private const string Baseline = "tests/SideEye.Architecture.Tests/tidy.baseline.txt";

    [Fact]
    public void Methods_files_and_lines_stay_within_their_limits_and_the_baseline_only_shrinks()
    {
        Dictionary<string, int> allowed = ReadBaseline();
        List<string> problems = [];
        foreach (Measurement over in Measurement.OverLimit())
        {
            string key = $"{over.Rule} {over.Place}";
            if (!allowed.Remove(key, out int most))
                problems.Add($"{key}: {over.Value}; methods have at most 70 lines, files 300, lines 120 columns");
            else if (over.Value > most)
                problems.Add($"{key}: {over.Value}, and it was {most}: it must not grow");
            else if (over.Value < most)
                problems.Add($"{key}: only {over.Value} by now: lower the {most} in {Baseline}");
        }
        problems.AddRange(allowed.Keys.Select(key => $"{key}: within the limit: take it off {Baseline}"));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Code_has_no_conditional_compilation_and_no_regions()
    {
        IEnumerable<string> found = RepositoryFiles.In("backend", ".cs").Concat(RepositoryFiles.In("tests", ".cs"))
            .SelectMany(path => RepositoryFiles.Lines(path).Select(line => (path, line)))
            .Where(each => Directive().IsMatch(each.line)).Select(each => $"{each.path}: {each.line}");
        Assert.Empty(found);
    }

    [Fact]
    public void Nothing_has_to_be_changed_in_two_places()
    {
        string[] folders = ["backend", "bpf", "tests", "scripts", "docs"];
        IEnumerable<string> found = folders
            .SelectMany(folder => RepositoryFiles.In(folder, ".cs", ".c", ".h", ".md", ".sh", ".sql", ".tsv", ""))
            .Append("README.md").Append("ARCHITECTURE.md").Append("Makefile")
            .SelectMany(path => RepositoryFiles.Lines(path).Select(line => (path, line)))
            .Where(each => KeptByHand().IsMatch(each.line)).Select(each => $"{each.path}: {each.line.Trim()}");
        Assert.Empty(found);
    }

    private static Dictionary<string, int> ReadBaseline()
    {
        Dictionary<string, int> allowed = [];
        foreach (string line in RepositoryFiles.Lines(Baseline))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            int value = line.LastIndexOf(' ');
            allowed.Add(line[..value], int.Parse(line.AsSpan(value + 1), CultureInfo.InvariantCulture));
        }
        return allowed;
    }

    [GeneratedRegex(@"^\s*#\s*(if|elif|region)\b")]
    private static partial Regex Directive();

    // Written so that this file does not find itself.
    [GeneratedRegex("(keep|kept|stay|be|are) in s[y]nc|update (this|both) (too|as w[e]ll)", RegexOptions.IgnoreCase)]
    private static partial Regex KeptByHand();
}
