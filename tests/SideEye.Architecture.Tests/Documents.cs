using System.Text.RegularExpressions;
using SideEye.Tables;

namespace SideEye.Architecture.Tests;

/// <summary>What the documents point to is there.</summary>
public sealed partial class Documents
{
    public static TheoryData<string> Files =>
        ["README.md", "ARCHITECTURE.md", .. RepositoryFiles.In("docs", ".md")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Links_lead_somewhere(string document)
    {
        string folder = Path.GetDirectoryName(document) ?? "";
        IEnumerable<string> broken = Link().Matches(WithoutCode(RepositoryFiles.Read(document)))
            .Select(link => link.Groups["to"].Value).Where(to => !to.Contains("://") && !Exists(folder, document, to));
        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Paths_in_the_text_exist(string document)
    {
        IEnumerable<string> broken = QuotedPath().Matches(RepositoryFiles.Read(document))
            .Select(path => path.Groups["path"].Value).Where(path => !IsThere(path));
        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Make_targets_and_scripts_that_are_named_exist(string document)
    {
        string makefile = RepositoryFiles.Read("Makefile");
        IEnumerable<string> broken = MakeTarget().Matches(RepositoryFiles.Read(document))
            .Select(match => match.Groups["target"].Value)
            .Where(target => !Regex.IsMatch(makefile, $"^{target}:", RegexOptions.Multiline));
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_column_of_a_snapshot_is_described_as_the_file_describes_it()
    {
        string document = RepositoryFiles.Read("docs/snapshot-schema.md");
        IEnumerable<string> absent = SnapshotSchema.Tables.SelectMany(table => table.Value.FieldsList)
            .Where(column => !Regex.IsMatch(
                document,
                $@"^\| `{column.Name}` \| .* \| {Regex.Escape(column.Metadata[SnapshotSchema.CommentKey])} \|$",
                RegexOptions.Multiline))
            .Select(column => column.Name);
        Assert.Empty(absent);
    }

    private static bool Exists(string folder, string document, string link)
    {
        string[] parts = link.Split('#', 2);
        string path = parts[0].Length == 0 ? document : Path.Combine(folder, parts[0]);
        if (!IsThere(path))
            return false;
        return parts.Length == 1
            || RepositoryFiles.Lines(path).Any(line => line.StartsWith('#') && Anchor(line) == parts[1]);
    }

    private static bool IsThere(string path)
    {
        string full = Repository.PathOf(path.TrimEnd('/'));
        if (!path.Contains('*'))
            return File.Exists(full) || Directory.Exists(full);
        string folder = Path.GetDirectoryName(full)!;
        return Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, Path.GetFileName(full)).Any();
    }

    /// <summary>The anchor that a heading gets: lower case, blanks to hyphens, other punctuation left out.</summary>
    private static string Anchor(string heading) =>
        NotInAnchors().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static string WithoutCode(string text) => CodeBlock().Replace(text, "");

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)|<img [^>]*src=""(?<to>[^""]+)""")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>(backend|bpf|tests|scripts|docs|\.ci)/[\w./*-]+)`")]
    private static partial Regex QuotedPath();

    [GeneratedRegex(@"\bmake (?<target>build|test|demo|bench|fuzz|soak|deps|clean)\b|`make (?<target>[a-z]+)[ `]")]
    private static partial Regex MakeTarget();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
