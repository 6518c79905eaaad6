namespace SideEye.Store.Sql;

/// <summary>What a piece of SQL is.</summary>
internal enum SqlTokenKind
{
    /// <summary>A keyword or a name without quotes.</summary>
    Word,

    /// <summary>A name in double quotes.</summary>
    QuotedName,

    /// <summary>A string literal, of whatever quotes.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>An operator or a punctuation mark.</summary>
    Symbol,
}

/// <summary>A piece of SQL that is neither space nor comment.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Index of its first character.</param>
/// <param name="Text">It, as written.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, string Text)
{
    /// <summary>Index after its last character.</summary>
    public int End => Start + Text.Length;

    /// <summary>Whether it names something.</summary>
    public bool IsName => Kind == SqlTokenKind.Word || IsEndedName;

    /// <summary>The name or the text that it stands for, without quotes; as it is when it has no end.</summary>
    public string Value => Kind switch
    {
        SqlTokenKind.QuotedName when IsEndedName => Text[1..^1].Replace("\"\"", "\""),
        SqlTokenKind.Text when Text.Length > 1 && Text[0] == '\'' && Text[^1] == '\'' =>
            Text[1..^1].Replace("''", "'"),
        _ => Text,
    };

    private bool IsEndedName => Kind == SqlTokenKind.QuotedName && Text.Length > 1 && Text[^1] == '"';

    /// <summary>Whether it is this keyword, in capital letters or small ones.</summary>
    public bool IsWord(string word) =>
        Kind == SqlTokenKind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is this symbol.</summary>
    public bool Is(string symbol) => Kind == SqlTokenKind.Symbol && Text == symbol;
}
