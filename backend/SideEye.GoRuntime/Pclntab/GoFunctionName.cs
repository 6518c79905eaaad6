using System.Text;
using SideEye.GoRuntime.Functions;

namespace SideEye.GoRuntime;

/// <summary>A function name of the symbol table taken apart.</summary>
/// <param name="Package">
/// Import path, such as <c>net/http</c> or <c>gopkg.in/yaml.v3</c>; empty for C and generated code.
/// </param>
/// <param name="Local">
/// What follows the package and its dot, such as <c>(*conn).serve</c> or <c>Map[...].func1</c>.
/// </param>
public readonly record struct GoFunctionName(string Package, string Local)
{
    /// <summary>
    /// Splits at the first dot behind the last slash of the import path. Dots in the path's last element are written
    /// <c>%2e</c> in symbols (cmd/internal/objabi PathToPrefix) and are given back as dots.
    /// </summary>
    public static GoFunctionName Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int dot = PackageLength(name);
        return dot <= 0 ? new GoFunctionName("", name) : new GoFunctionName(Unescape(name[..dot]), name[(dot + 1)..]);
    }

    /// <summary>The name without type arguments: <c>main.(*T).M</c> of <c>main.(*T[go.shape.int]).M</c>.</summary>
    public static string WithoutTypeArguments(string name) => GenericName.WithArguments(name, "");

    /// <summary>The import path alone.</summary>
    public static string PackageOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int dot = PackageLength(name);
        return dot <= 0 ? "" : Unescape(name[..dot]);
    }

    /// <summary>
    /// The name as runtime.Stack and runtime.CallersFrames of that version show it, with type arguments shortened to
    /// <c>[...]</c> (runtime/traceback.go funcNameForPrint): from the first bracket to the last up to 1.26; of a
    /// generic
    /// method of a generic type both lists from 1.27 on.
    /// </summary>
    public static string ForPrint(string name, GoVersion version)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(version);
        int open = name.IndexOf('[', StringComparison.Ordinal);
        int close = name.LastIndexOf(']');
        if (open < 0 || close <= open)
            return name;
        const string elided = "[...]";
        int firstClose = version.IsAtLeast(27) ? ClosingBracket(name, open) : close;
        if (firstClose < 0)
            return name;
        if (firstClose == close)
            return string.Concat(name.AsSpan(0, open), elided, name.AsSpan(close + 1));
        int second = name.IndexOf('[', firstClose);
        return second < 0
            ? name
            : string.Concat(
                string.Concat(name.AsSpan(0, open), elided, name.AsSpan(firstClose + 1, second - firstClose - 1)),
                elided, name.AsSpan(close + 1));
    }

    private static int ClosingBracket(string name, int open)
    {
        int depth = 0;
        for (int i = open; i < name.Length; i++)
        {
            depth += name[i] switch { '[' => 1, ']' => -1, _ => 0 };
            if (depth == 0)
                return i;
        }
        return -1;
    }

    /// <summary>Length of the escaped package path, 0 when the name has none.</summary>
    private static int PackageLength(string name)
    {
        // Equality and hash functions of types, and methods of unnamed types, belong to no package.
        if (name.StartsWith("type:", StringComparison.Ordinal) || name.StartsWith("type..", StringComparison.Ordinal)
            || name.StartsWith("go:", StringComparison.Ordinal) || name.StartsWith("go.(", StringComparison.Ordinal)
            || name.StartsWith("struct {", StringComparison.Ordinal))
        {
            return 0;
        }
        // Slashes inside type arguments and receivers are not the path's.
        int pathEnd = name.AsSpan().IndexOfAny('[', '(', '{');
        ReadOnlySpan<char> path = pathEnd < 0 ? name : name.AsSpan(0, pathEnd);
        int slash = path.LastIndexOf('/');
        int dot = path[(slash + 1)..].IndexOf('.');
        return dot < 0 ? 0 : slash + 1 + dot;
    }

    private static string Unescape(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal))
            return path;
        // PathToPrefix escapes bytes, so a character may span several escapes.
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        int written = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            bool escape = bytes[i] == '%' && i + 2 < bytes.Length
                && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]);
            bytes[written++] = escape ? Convert.FromHexString(path.AsSpan(i + 1, 2))[0] : bytes[i];
            i += escape ? 2 : 0;
        }
        return Encoding.UTF8.GetString(bytes, 0, written);
    }
}
