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
        string? executable = Pattern(match, "executable");
        string? commandLine = Pattern(match, "command_line");
        var environment = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (match.Node("env") is MapNode map)
            ReadEnvironment(map, environment);
        else if (match.Node("env") is SpecNode other)
            context.Report(other.At, $"'env' should be a mapping of regular expressions, not {other.Kind}");
        if (!match.Has("executable") && !match.Has("command_line") && !match.Has("env"))
        {
            context.Report(match.At, "'match' matches nothing: give executable, command_line or env");
            return null;
        }
        return name is null
            ? null
            : new ProgramRule(name, executable, commandLine, environment.ToImmutable(), section.At);
    }

    public ContextKeySpec? ReadContextKey(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.ContextKey, context) is not SectionReader section)
            return null;
        bool isWhole = section.Requires("key") & section.Requires("as");
        string? key = section.Text("key", NameMax);
        string? column = context.Identifier(section.Text("as", NameMax), "as", section.PlaceOf("as"));
        return isWhole && key is not null && column is not null ? new ContextKeySpec(key, column, section.At) : null;
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

    private void ReadEnvironment(MapNode map, ImmutableSortedDictionary<string, string>.Builder environment)
    {
        foreach ((ScalarNode name, SpecNode value) in map.Entries)
        {
            string shown = ReadingContext.Show(name.Text);
            if (environment.ContainsKey(name.Text))
                context.Report(name.At, $"'{shown}' is given twice in env");
            else if (context.Pattern(value, shown) is string pattern)
                environment.Add(name.Text, pattern);
        }
    }
}
