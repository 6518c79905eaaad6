using System.Text;

namespace SideEye.Spec.Expressions;

/// <summary>
/// Names of types as the debug information spells them: whole package paths without quotes, no blank after a comma,
/// one before the brace of <c>struct {}</c> and <c>interface {}</c>.
/// </summary>
internal static class GoTypeName
{
    private const string PathPunctuation = "._/-~%+@·";

    /// <summary>Takes a type up to the closing parenthesis that ends it, and that parenthesis.</summary>
    public static string Take(ExpressionCursor cursor)
    {
        StringBuilder name = new();
        Stack<char> open = [];
        int start = cursor.Offset;
        while (true)
        {
            if (cursor.IsAtEnd)
                throw cursor.Unexpected(open.Count == 0 ? "expected ) to close the type" : $"expected {open.Peek()}");
            if (cursor.Next == ')' && open.Count == 0)
            {
                if (name.Length == 0)
                    throw cursor.Unexpected("expected a type");
                cursor.Take();
                return name.ToString().TrimEnd() is "any" ? "interface {}" : name.ToString().TrimEnd();
            }
            if (cursor.Next is '"' or '`')
                name.Append(TakePath(cursor, start));
            else
                TakeCharacter(cursor, name, open);
        }
    }

    private static string TakePath(ExpressionCursor cursor, int start)
    {
        string path = GoLiterals.TakeString(cursor);
        if (path.Length == 0 || path.Any(static c => !IsPathCharacter(c)))
            throw new ExpressionSyntaxException(start, "this is no path of a package");
        return path;
    }

    private static void TakeCharacter(ExpressionCursor cursor, StringBuilder name, Stack<char> open)
    {
        char next = cursor.Next;
        switch (next)
        {
            case '(' or '[' or '{':
                cursor.Take();
                open.Push(next switch { '(' => ')', '[' => ']', _ => '}' });
                if (next == '{' && name.Length > 0 && name[^1] != ' ')
                    name.Append(' ');
                name.Append(next);
                break;
            case ')' or ']' or '}':
                if (open.Count == 0 || open.Peek() != next)
                    throw cursor.Unexpected(open.Count == 0 ? "expected a type" : $"expected {open.Peek()}");
                open.Pop();
                if (next != '}')
                    TrimBlank(name);
                name.Append(cursor.Take());
                break;
            case ' ' or '\t':
                cursor.SkipBlanks();
                if (name.Length > 0 && name[^1] is not (',' or ' ' or '(' or '[' or '*'))
                    name.Append(' ');
                break;
            default:
                if (!IsPathCharacter(next) && next is not ('*' or ',' or ';' or '<'))
                    throw cursor.Unexpected("expected a type");
                if (next == ',')
                    TrimBlank(name);
                name.Append(cursor.Take());
                break;
        }
    }

    private static void TrimBlank(StringBuilder name)
    {
        if (name.Length > 0 && name[^1] == ' ')
            name.Length--;
    }

    private static bool IsPathCharacter(char c) => char.IsLetterOrDigit(c) || PathPunctuation.Contains(c);
}
