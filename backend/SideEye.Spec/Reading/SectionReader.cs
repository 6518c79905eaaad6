using System.Collections.Immutable;
using System.Globalization;
using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>Reads one mapping: its keys are checked when it is opened, its values when they are asked for.</summary>
internal sealed class SectionReader
{
    private readonly Dictionary<string, SpecNode> values = [];
    private readonly SpecKeys keys;
    private readonly ReadingContext context;

    private SectionReader(MapNode map, SpecKeys keys, ReadingContext context)
    {
        this.keys = keys;
        this.context = context;
        At = map.At;
        foreach ((ScalarNode key, SpecNode value) in map.Entries)
        {
            if (!keys.Names.Contains(key.Text))
            {
                context.Report(key.At,
                    $"unknown key '{ReadingContext.Show(key.Text)}' in {keys.What}"
                    + NearestName.Hint(key.Text, keys.Names));
            }
            else if (!values.TryAdd(key.Text, value))
            {
                context.Report(key.At, $"'{key.Text}' is given twice in {keys.What}");
            }
        }
    }

    public SourcePosition At { get; }

    public static SectionReader? Open(SpecNode node, SpecKeys keys, ReadingContext context)
    {
        if (node is MapNode map)
            return new SectionReader(map, keys, context);
        context.Report(node.At, $"{keys.What} should be a mapping ({string.Join(", ", keys.Names)}), not {node.Kind}");
        return null;
    }

    public bool Has(string key) => values.ContainsKey(key);

    public SpecNode? Node(string key) => values.GetValueOrDefault(key);

    public SourcePosition PlaceOf(string key) => values.TryGetValue(key, out SpecNode? node) ? node.At : At;

    /// <summary>A key that must be there; reports it when it is not.</summary>
    public bool Requires(string key)
    {
        if (Has(key))
            return true;
        context.Report(At, $"{keys.What} needs the key '{key}'");
        return false;
    }

    public string? Text(string key, int charactersMax) =>
        values.TryGetValue(key, out SpecNode? node) ? context.Text(node, key, charactersMax) : null;

    public bool Bool(string key)
    {
        if (!values.TryGetValue(key, out SpecNode? node))
            return false;
        if (node is ScalarNode { Resolved: ScalarKind.Bool } scalar)
            return scalar.Text[0] is 't' or 'T';
        context.Report(node.At, $"'{key}' should be true or false, not {node.Kind}");
        return false;
    }

    public long? Number(string key, long most)
    {
        if (!values.TryGetValue(key, out SpecNode? node))
            return null;
        if (node is not ScalarNode { Resolved: ScalarKind.Integer } scalar)
        {
            context.Report(node.At, $"'{key}' should be a whole number, not {node.Kind}");
            return null;
        }
        bool isKnown = long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out long value);
        if (isKnown && value >= 0 && value <= most)
            return value;
        context.Report(node.At, string.Create(CultureInfo.InvariantCulture,
            $"'{key}' should be from 0 to {most}, in decimal digits"));
        return null;
    }

    /// <summary>The items of a list; a key that is not there is an empty one.</summary>
    public IReadOnlyList<SpecNode> Items(string key)
    {
        if (!values.TryGetValue(key, out SpecNode? node))
            return [];
        if (node is ListNode list)
            return list.Items;
        context.Report(node.At, $"'{key}' should be a list, not {node.Kind}");
        return [];
    }

    /// <summary>One text or a list of several.</summary>
    public ImmutableArray<ScalarNode> OneOrMore(string key, int charactersMax)
    {
        if (!values.TryGetValue(key, out SpecNode? node))
            return [];
        IReadOnlyList<SpecNode> items = node is ListNode list ? list.Items : [node];
        if (items.Count == 0)
            context.Report(node.At, $"'{key}' is an empty list");
        return [.. items.Where(item => context.Text(item, key, charactersMax) is not null).Cast<ScalarNode>()];
    }

    public ImmutableArray<string> Texts(string key, int charactersMax) =>
        [.. Items(key).Select(item => context.Text(item, key, charactersMax)).OfType<string>()];
}
