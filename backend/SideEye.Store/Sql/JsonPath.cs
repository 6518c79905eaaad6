using System.Text;

namespace SideEye.Store.Sql;

/// <summary>Paths as people write them, <c>mu.items[3]</c>, turned into DuckDB's, <c>$."mu"."items"[3]</c>.</summary>
internal sealed class JsonPath
{
    private readonly StringBuilder path = new("$");

    /// <summary>How much there is, for <see cref="CutTo"/>.</summary>
    public int Length => path.Length;

    /// <summary>Takes back what was appended since.</summary>
    public void CutTo(int length) => path.Length = length;

    /// <summary>Appends the field <paramref name="name"/>.</summary>
    public void Field(string name) =>
        path.Append(".\"").Append(name.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append('"');

    /// <summary>Appends the element at <paramref name="index"/>.</summary>
    public void Element(string index) => path.Append('[').Append(index).Append(']');

    /// <summary>
    /// Appends a written path: fields separated by dots, elements in brackets, keys in brackets and double quotes.
    /// False when the text is no such path.
    /// </summary>
    public bool TryWritten(string text)
    {
        if (text.Length == 0)
            return false;
        int at = 0;
        while (at < text.Length)
        {
            bool done = text[at] == '[' ? TryBracket(text, ref at) : TryField(text, ref at);
            if (!done)
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => path.ToString();

    private bool TryField(string text, ref int at)
    {
        if (at > 0 && text[at++] != '.')
            return false;
        int end = text.AsSpan(at).IndexOfAny('.', '[');
        end = end < 0 ? text.Length : at + end;
        if (end == at)
            return false;
        Field(text[at..end]);
        at = end;
        return true;
    }

    private bool TryBracket(string text, ref int at)
    {
        if (at + 1 < text.Length && text[at + 1] == '"')
        {
            int close = text.IndexOf("\"]", at + 2, StringComparison.Ordinal);
            if (close < 0)
                return false;
            Field(text[(at + 2)..close]);
            at = close + 2;
            return true;
        }
        int end = text.IndexOf(']', at);
        if (end <= at + 1 || text.AsSpan(at + 1, end - at - 1).ContainsAnyExceptInRange('0', '9'))
            return false;
        Element(text[(at + 1)..end]);
        at = end + 1;
        return true;
    }
}
