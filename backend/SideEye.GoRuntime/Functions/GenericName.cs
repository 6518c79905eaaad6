using System.Text;

namespace SideEye.GoRuntime.Functions;

/// <summary>Names of instances of generic functions.</summary>
internal static class GenericName
{
    public const string Ellipsis = "[...]";

    /// <summary>The name with every list of type arguments as <c>[...]</c>.</summary>
    public static string Elided(string name) => WithArguments(name, Ellipsis);

    /// <summary>The name as tracebacks of Go up to 1.26 print it: without anything from the first list of arguments
    /// to the last. In that of a closure within an inlined method that is the method's name, said twice.</summary>
    public static string Printed(string name)
    {
        int open = name.IndexOf('[', StringComparison.Ordinal);
        int close = name.LastIndexOf(']');
        return open < 0 || close < open
            ? name
            : string.Concat(name.AsSpan(0, open), Ellipsis, name.AsSpan(close + 1));
    }

    /// <summary>The name without what is easily left out of it: type arguments, and the notation of receivers, so
    /// that <c>pkg.(*T[...]).M</c> is <c>pkg.T.M</c>.</summary>
    public static string Bare(string name) => WithArguments(name, "").Replace("(*", "", StringComparison.Ordinal)
        .Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal);

    /// <summary>The name with something else in place of every list of type arguments.</summary>
    public static string WithArguments(string name, string instead)
    {
        int open = name.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
            return name;
        StringBuilder other = new(name, 0, open, name.Length);
        int depth = 0;
        foreach (char each in name.AsSpan(open))
        {
            if (each == '[' && depth++ == 0)
                other.Append(instead);
            else if (each == ']' && depth > 0)
                depth--;
            else if (depth == 0)
                other.Append(each);
        }

        return other.ToString();
    }
}
