using System.Text;
using SideEye.GoRuntime;

namespace SideEye.Probes.Binding;

/// <summary>
/// Names of function tables: <c>package_Type_Method</c>, without the package while the rest is unique.
/// </summary>
internal static class TableNames
{
    /// <summary>
    /// Names for functions in their order: the given ones as they are, the others derived.
    /// </summary>
    /// <param name="functions">Function names as in the symbol table, each with its given table name or null.</param>
    public static string[] For(IReadOnlyList<(string Function, string? Given)> functions)
    {
        string[] names = new string[functions.Count];
        Dictionary<string, int> uses = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string function, string? given) in functions)
        {
            string name = given ?? Short(function);
            uses[name] = uses.GetValueOrDefault(name) + 1;
        }
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < names.Length; i++)
        {
            (string function, string? given) = functions[i];
            string name = given ?? (uses[Short(function)] == 1 ? Short(function) : Long(function));
            names[i] = name;
            for (int copy = 2; !taken.Add(names[i]); copy++)
                names[i] = $"{name}_{copy}";
        }
        return names;
    }

    private static string Short(string function) => Words(GoFunctionName.Parse(function).Local);

    private static string Long(string function)
    {
        string package = GoFunctionName.Parse(function).Package;
        return Words($"{package[(package.LastIndexOf('/') + 1)..]}.{GoFunctionName.Parse(function).Local}");
    }

    /// <summary>Letters and digits stay; type arguments go; anything between becomes one underscore.</summary>
    private static string Words(string text)
    {
        StringBuilder words = new();
        int brackets = 0;
        foreach (char c in text)
        {
            brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (brackets > 0 || c == ']')
                continue;
            if (char.IsLetterOrDigit(c) || c == '_')
                words.Append(c);
            else if (words.Length > 0 && words[^1] != '_')
                words.Append('_');
        }
        string name = words.ToString().TrimEnd('_');
        return name.Length == 0 ? "function" : char.IsDigit(name[0]) ? $"f{name}" : name;
    }
}
