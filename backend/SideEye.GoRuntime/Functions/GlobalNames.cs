using System.Collections.Immutable;
using SideEye.Dwarf;

namespace SideEye.GoRuntime.Functions;

/// <summary>The names of package-level variables, for who has misspelt one.</summary>
internal static class GlobalNames
{
    private const int VariablesMax = 100_000;

    /// <summary>Names like this one in its package, or, when there is no such package, in the nearest ones.</summary>
    /// <param name="dwarf">Debug information.</param>
    /// <param name="name">With its package.</param>
    /// <param name="limit">Most names to return.</param>
    public static ImmutableArray<string> Nearest(DwarfFile dwarf, string name, int limit)
    {
        string package = GoFunctionName.PackageOf(name);
        if (package.Length == 0)
            return [];
        ILookup<string, DwarfUnit> units =
            dwarf.Units.Where(static unit => unit.Name is not null).ToLookup(static unit => unit.Name!);
        ImmutableArray<string> packages = units.Contains(package)
            ? [package] : NearestNames.Of(package, units.Select(static each => each.Key), limit);
        IEnumerable<string> names = packages.SelectMany(each => units[each]).SelectMany(unit => Of(unit));
        return NearestNames.Of(name, names.Distinct(), limit);
    }

    private static List<string> Of(DwarfUnit unit)
    {
        List<string> names = [];
        DieCursor entry = unit.Entries();
        if (!entry.MoveNext() || !entry.HasChildren || !entry.MoveNext() || entry.Depth != 1)
            return names;
        do
        {
            // The compiler's own have two dots: main..inittask.
            if (entry.Tag == DwarfTag.Variable && entry.TryGet(DwarfAttribute.Name, out AttributeValue value)
                && value.AsText() is { Length: > 0 } name && !name.Contains("..", StringComparison.Ordinal))
            {
                names.Add(name);
            }
        }
        while (names.Count < VariablesMax && entry.MoveToSibling());
        return names;
    }
}
