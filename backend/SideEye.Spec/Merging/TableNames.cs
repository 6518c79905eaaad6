using System.Collections.Immutable;
using System.Text;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Merging;

/// <summary>
/// Names the tables of functions for which the spec gives none: Type_Method, with the package in front where that is
/// not unique, with the package's whole path where that is not either.
/// </summary>
internal static class TableNames
{
    private const int Forms = 3;

    public static ImmutableArray<FunctionSpec> Assign(CaptureSpec spec)
    {
        HashSet<string> taken = new(BuiltInTables.Names, StringComparer.OrdinalIgnoreCase);
        taken.UnionWith(spec.Tables.Select(static table => table.Name));
        taken.UnionWith(spec.Functions.Select(static function => function.Table).OfType<string>());
        List<FunctionSpec> unnamed = [.. spec.Functions.Where(static function => function.Table is null)];
        Dictionary<string, string> names = [];
        for (int form = 0; form < Forms && unnamed.Count > 0; form++)
        {
            var groups = unnamed.GroupBy(f => Form(f.Function, form), StringComparer.OrdinalIgnoreCase).ToList();
            foreach (IGrouping<string, FunctionSpec> same in groups)
            {
                if (same.Count() > 1 || taken.Contains(same.Key))
                    continue;
                names[same.Single().Function] = same.Key;
                unnamed.Remove(same.Single());
            }
            taken.UnionWith(names.Values);
        }
        foreach (FunctionSpec function in unnamed)
            names[function.Function] = Numbered(Form(function.Function, Forms - 1), taken);
        return [.. spec.Functions.Select(f => f.Table is null ? f with { Table = names[f.Function] } : f)];
    }

    private static string Numbered(string name, HashSet<string> taken)
    {
        int number = 2;
        while (!taken.Add($"{name}_{number}"))
            number++;
        return $"{name}_{number}";
    }

    private static string Form(string function, int form)
    {
        string plain = WithoutTypeArguments(function);
        int lastSlash = plain.LastIndexOf('/');
        int packageEnd = plain.IndexOf('.', lastSlash + 1);
        return Identifiers.Of(form switch
        {
            0 => plain[(packageEnd + 1)..],
            1 => plain[(lastSlash + 1)..],
            _ => plain,
        });
    }

    private static string WithoutTypeArguments(string function)
    {
        StringBuilder plain = new();
        int depth = 0;
        foreach (char c in function)
        {
            if (c == '[')
                depth++;
            if (depth == 0)
                plain.Append(c);
            if (c == ']' && depth > 0)
                depth--;
        }
        return plain.ToString();
    }
}
