using System.Text;

namespace SideEye.GoRuntime.Functions;

/// <summary>Names of instances of generic functions.</summary>
internal static class GenericName
{
    public const string Ellipsis = "[...]";

    /// <summary>The name with every list of type arguments as <c>[...]</c>.</summary>
    public static string Elided(string name)
    {
        int open = name.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
            return name;
        StringBuilder elided = new(name, 0, open, name.Length);
        int depth = 0;
        foreach (char each in name.AsSpan(open))
        {
            if (each == '[' && depth++ == 0)
                elided.Append(Ellipsis);
            else if (each == ']' && depth > 0)
                depth--;
            else if (depth == 0)
                elided.Append(each);
        }

        return elided.ToString();
    }
}
