using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>A node of a spec file, after YAML.</summary>
/// <param name="At">Its first character.</param>
internal abstract record SpecNode(SourcePosition At)
{
    /// <summary>Itself and all below it, counted wherever it is repeated.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>What it is, in a sentence.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value.</summary>
/// <param name="At">Its first character, a quote perhaps.</param>
/// <param name="Text">The value.</param>
/// <param name="Resolved">What a plain value means by YAML 1.2's core schema (§10.3.2).</param>
/// <param name="TextColumn">Column of the text's first character when the text stands in the file as it is, in one
/// line; 0 when it does not (escapes, several lines).</param>
internal sealed record ScalarNode(SourcePosition At, string Text, ScalarKind Resolved, int TextColumn) : SpecNode(At)
{
    public override string Kind => Resolved switch
    {
        ScalarKind.Null => "nothing",
        ScalarKind.Bool => "a bool",
        ScalarKind.Integer or ScalarKind.Float => "a number",
        _ => "a text",
    };

    /// <summary>The place of a character of the text, as near as it can be told.</summary>
    public SourcePosition PlaceOf(int offset) => TextColumn == 0 ? At : At with { Column = TextColumn + offset };
}

/// <summary>A list.</summary>
internal sealed record ListNode(SourcePosition At, IReadOnlyList<SpecNode> Items) : SpecNode(At)
{
    public override string Kind => "a list";
}

/// <summary>A mapping, with duplicate keys as they come.</summary>
internal sealed record MapNode(SourcePosition At, IReadOnlyList<KeyValuePair<ScalarNode, SpecNode>> Entries)
    : SpecNode(At)
{
    public override string Kind => "a mapping";
}

/// <summary>What a plain value is.</summary>
internal enum ScalarKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>Nothing, <c>~</c> or <c>null</c>.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Bool,

    /// <summary>An integer.</summary>
    Integer,

    /// <summary>Another number.</summary>
    Float,
}
