using System.Text.RegularExpressions;
using SideEye.Spec.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace SideEye.Spec.Reading;

/// <summary>
/// Reads YAML into nodes with their places, within limits: aliases are followed, and counted at their full size, so
/// that a small file cannot stand for a huge one.
/// </summary>
internal sealed partial class YamlTree
{
    private readonly string text;
    private readonly string file;
    private readonly SpecReadingLimits limits;
    private readonly Parser parser;
    private readonly Dictionary<string, SpecNode?> anchors = [];
    private readonly List<int> lineStarts = [0];
    private int nodes;

    private YamlTree(string text, string file, SpecReadingLimits limits)
    {
        this.text = text;
        this.file = file;
        this.limits = limits;
        parser = new Parser(new StringReader(text));
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
                lineStarts.Add(i + 1);
        }
    }

    /// <summary>The root of the file's one document; null when it is empty.</summary>
    /// <exception cref="SpecSyntaxException">It is no YAML, or beyond a limit.</exception>
    public static SpecNode? Read(string text, string file, SpecReadingLimits limits)
    {
        try
        {
            return new YamlTree(text, file, limits).ReadDocument();
        }
        catch (YamlException e)
        {
            SourcePosition at = new(file, Math.Max(1, (int)e.Start.Line), Math.Max(1, (int)e.Start.Column));
            throw new SpecSyntaxException(at, $"this is not YAML: {Message(e)}");
        }
    }

    private static string Message(YamlException e)
    {
        string message = (e.InnerException as YamlException ?? e).Message;
        int places = message.IndexOf("): ", StringComparison.Ordinal);
        return places >= 0 && message.StartsWith('(') ? message[(places + 3)..] : message;
    }

    private SpecNode? ReadDocument()
    {
        Take<StreamStart>();
        if (parser.Current is StreamEnd)
            return null;
        Take<DocumentStart>();
        SpecNode root = ReadNode(0);
        Take<DocumentEnd>();
        if (parser.Current is DocumentStart second)
            throw new SpecSyntaxException(PlaceOf(second.Start), "a spec file holds one YAML document, not several");
        return root;
    }

    private void Take<TEvent>()
        where TEvent : ParsingEvent
    {
        if (parser.Current is null && !Advance())
            throw new SpecSyntaxException(new SourcePosition(file, 1, 1), "this is not YAML: it ends at once");
        if (parser.Current is not TEvent)
            throw new SpecSyntaxException(PlaceOf(parser.Current!.Start), "this is not YAML");
        Advance();
    }

    private bool Advance()
    {
        try
        {
            return parser.MoveNext();
        }
        catch (InvalidOperationException)
        {
            // The scanner's state ends thus on some malformed flow collections, instead of by a YamlException.
            SourcePosition at = parser.Current is null ? new(file, 1, 1) : PlaceOf(parser.Current.End);
            throw new SpecSyntaxException(at, "this is not YAML, from about here on");
        }
    }

    private SpecNode ReadNode(int nesting)
    {
        ParsingEvent current = parser.Current!;
        SourcePosition at = PlaceOf(current.Start);
        if (nesting > limits.NestingMax)
            throw new SpecSyntaxException(at, $"nested more than {limits.NestingMax} deep");
        Count(1, at);
        if (current is AnchorAlias alias)
            return Follow(alias, at);
        if (current is not NodeEvent node)
            throw new SpecSyntaxException(at, "this is not YAML");
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
            throw new SpecSyntaxException(at, "a spec has no YAML tags (!)");
        string? anchor = node.Anchor.IsEmpty ? null : node.Anchor.Value;
        // Until it is read: an alias within refers to the very node that it is part of.
        if (anchor is not null)
            anchors[anchor] = null;
        SpecNode result = node switch
        {
            Scalar scalar => ReadScalar(scalar, at),
            SequenceStart => ReadList(at, nesting),
            _ => ReadMap(at, nesting),
        };
        if (anchor is not null)
            anchors[anchor] = result;
        return result;
    }

    private SpecNode Follow(AnchorAlias alias, SourcePosition at)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out SpecNode? target))
            throw new SpecSyntaxException(at, $"no anchor &{alias.Value.Value} before this alias");
        if (target is null)
            throw new SpecSyntaxException(at, $"the alias *{alias.Value.Value} is within what it stands for");
        Count(target.Weight - 1, at);
        Advance();
        return target;
    }

    private void Count(int more, SourcePosition at)
    {
        if (more > limits.NodesMax - nodes)
            throw new SpecSyntaxException(at, $"more than {limits.NodesMax} values in one spec file");
        nodes += more;
    }

    private ListNode ReadList(SourcePosition at, int nesting)
    {
        Advance();
        List<SpecNode> items = [];
        int weight = 1;
        while (parser.Current is not SequenceEnd)
        {
            SpecNode item = ReadNode(nesting + 1);
            weight += item.Weight;
            items.Add(item);
        }
        Advance();
        return new ListNode(at, items) { Weight = weight };
    }

    private MapNode ReadMap(SourcePosition at, int nesting)
    {
        Advance();
        List<KeyValuePair<ScalarNode, SpecNode>> entries = [];
        int weight = 1;
        while (parser.Current is not MappingEnd)
        {
            SpecNode key = ReadNode(nesting + 1);
            SpecNode value = ReadNode(nesting + 1);
            if (key is not ScalarNode name)
                throw new SpecSyntaxException(key.At, $"a key is a name, not {key.Kind}");
            weight += name.Weight + value.Weight;
            entries.Add(new KeyValuePair<ScalarNode, SpecNode>(name, value));
        }
        Advance();
        return new MapNode(at, entries) { Weight = weight };
    }

    private ScalarNode ReadScalar(Scalar scalar, SourcePosition at)
    {
        Advance();
        string value = scalar.Value;
        ScalarKind kind = scalar.Style == ScalarStyle.Plain ? Resolve(value) : ScalarKind.Text;
        int quote = scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted ? 1 : 0;
        int start = at.Line <= lineStarts.Count ? lineStarts[at.Line - 1] + at.Column - 1 + quote : text.Length;
        bool isVerbatim = scalar.Style is not (ScalarStyle.Literal or ScalarStyle.Folded)
            && start <= text.Length && text.AsSpan(start).StartsWith(value, StringComparison.Ordinal);
        return new ScalarNode(at, value, kind, isVerbatim ? at.Column + quote : 0);
    }

    private SourcePosition PlaceOf(Mark mark) => new(file, (int)mark.Line, (int)mark.Column);

    private static ScalarKind Resolve(string value) => value switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Bool,
        _ when Integer().IsMatch(value) => ScalarKind.Integer,
        _ when Float().IsMatch(value) => ScalarKind.Float,
        _ => ScalarKind.Text,
    };

    [GeneratedRegex("^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Integer();

    [GeneratedRegex(
        @"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$",
        RegexOptions.NonBacktracking)]
    private static partial Regex Float();
}
