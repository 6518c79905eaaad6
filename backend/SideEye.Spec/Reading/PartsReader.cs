using System.Collections.Immutable;
using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>Reads the parts of a file beside functions and types.</summary>
internal sealed class PartsReader(ReadingContext context, bool isOptional)
{
    private int NameMax => context.Limits.NameCharactersMax;

    public ProgramRule? ReadProgram(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.Program, context) is not SectionReader section)
            return null;
        bool isWhole = section.Requires("name") & section.Requires("match");
        string? name = section.Text("name", NameMax);
        if (!isWhole || SectionReader.Open(section.Node("match")!, SpecKeys.Match, context) is not SectionReader match)
            return null;
        if (!SpecKeys.Match.Names.Any(match.Has))
        {
            context.Report(match.At,
                "'match' matches nothing: give executable, command_line, env, container or labels");
            return null;
        }
        ProgramRule rule = new(
            name ?? "", Pattern(match, "executable"), Pattern(match, "command_line"), Patterns(match, "env"),
            section.At)
        {
            Container = Pattern(match, "container"),
            Labels = Patterns(match, "labels"),
            Environment = section.Text("environment", NameMax),
        };
        return name is null ? null : rule;
    }

    public ContextKeySpec? ReadContextKey(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.ContextKey, context) is not SectionReader section)
            return null;
        bool isWhole = section.Requires("key") & section.Requires("as");
        string? key = section.Text("key", NameMax);
        string? column = context.Identifier(section.Text("as", NameMax), "as", section.PlaceOf("as"));
        bool mayBeAbsent = isOptional || section.Bool("optional");
        return isWhole && key is not null && column is not null
            ? new ContextKeySpec(key, column, section.At, mayBeAbsent)
            : null;
    }

    public TableSpec? ReadTable(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.Table, context) is not SectionReader section)
            return null;
        bool isWhole = section.Requires("name") & section.Requires("sql");
        string? name = context.Identifier(section.Text("name", NameMax), "name", section.PlaceOf("name"));
        ImmutableArray<TableSource> sources =
        [
            .. section.OneOrMore("sql", context.Limits.SqlCharactersMax)
                .Select(static sql => new TableSource(sql.Text.Trim(), sql.At)),
        ];
        string? description = section.Text("description", context.Limits.SqlCharactersMax);
        bool mayBeAbsent = isOptional || section.Bool("optional");
        return isWhole && name is not null && !sources.IsEmpty
            ? new TableSpec(name, sources, description, section.At, mayBeAbsent)
            : null;
    }

    public LinkSpec? ReadLink(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.Link, context) is not SectionReader section)
            return null;
        bool isWhole = section.Requires("from") & section.Requires("to");
        LinkEnd? from = section.Node("from") is SpecNode first ? ReadLinkEnd(first) : null;
        LinkEnd? to = section.Node("to") is SpecNode second ? ReadLinkEnd(second) : null;
        string? description = section.Text("description", context.Limits.SqlCharactersMax);
        bool mayBeAbsent = isOptional || section.Bool("optional");
        if (!isWhole || from is null || to is null)
            return null;
        if (from.Columns.Length == to.Columns.Length)
            return new LinkSpec(from, to, description, section.At, mayBeAbsent);
        context.Report(section.At, $"a link compares as many columns on both ends; 'from' has {from.Columns.Length}, "
            + $"'to' {to.Columns.Length}");
        return null;
    }

    public RedactionRules ReadRedaction(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.Redact, context) is not SectionReader section)
            return RedactionRules.Default;
        ImmutableArray<string> names = section.Texts("names", NameMax);
        ImmutableArray<string> allow = section.Texts("allow", NameMax);
        return new RedactionRules(names, allow);
    }

    private LinkEnd? ReadLinkEnd(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.LinkEnd, context) is not SectionReader section)
            return null;
        bool isWhole = section.Requires("table") & section.Requires("columns");
        string? table = context.Identifier(section.Text("table", NameMax), "table", section.PlaceOf("table"));
        ImmutableArray<string> columns =
        [
            .. section.Items("columns").Select(item => (item, text: context.Text(item, "columns", NameMax)))
                .Select(each => context.Identifier(each.text, "columns", each.item.At)).OfType<string>(),
        ];
        if (section.Node("columns") is ListNode { Items.Count: 0 } empty)
            context.Report(empty.At, "'columns' is an empty list: it would link every row with every row");
        return isWhole && table is not null && !columns.IsEmpty ? new LinkEnd(table, columns) : null;
    }

    private string? Pattern(SectionReader match, string key) =>
        match.Node(key) is SpecNode node ? context.Pattern(node, key) : null;

    /// <summary>A mapping of names to regular expressions; none when the key is not there.</summary>
    private ImmutableSortedDictionary<string, string> Patterns(SectionReader match, string key)
    {
        var patterns = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (match.Node(key) is not MapNode map)
        {
            if (match.Node(key) is SpecNode other)
                context.Report(other.At, $"'{key}' should be a mapping of regular expressions, not {other.Kind}");
            return patterns.ToImmutable();
        }
        foreach ((ScalarNode name, SpecNode value) in map.Entries)
        {
            string shown = ReadingContext.Show(name.Text);
            if (patterns.ContainsKey(name.Text))
                context.Report(name.At, $"'{shown}' is given twice in {key}");
            else if (context.Pattern(value, shown) is string pattern)
                patterns.Add(name.Text, pattern);
        }
        return patterns.ToImmutable();
    }
}
