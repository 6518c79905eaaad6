using SideEye.Dwarf;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Where functions stand in the debug information: the entries with a name, and for each of them the entries that have
/// its code. Made by one pass over all units.
/// </summary>
internal sealed class FunctionIndex
{
    private readonly Dictionary<string, List<DebugInfoOffset>> named = [];
    private readonly Dictionary<string, List<string>> generic = [];
    private readonly Dictionary<DebugInfoOffset, List<DebugInfoOffset>> containers = [];

    private FunctionIndex()
    {
    }

    /// <summary>Names as in the symbol table.</summary>
    public IReadOnlyCollection<string> Names => named.Keys;

    /// <summary>Reads all units.</summary>
    public static FunctionIndex Build(DwarfFile file)
    {
        FunctionIndex index = new();
        foreach (DwarfUnit unit in file.Units)
            index.AddUnit(unit);
        return index;
    }

    /// <summary>The entries of a function: its declaration for inlined copies, or its only one.</summary>
    public IReadOnlyList<DebugInfoOffset> Entries(string name) => named.TryGetValue(name, out var at) ? at : [];

    /// <summary>Instances of a generic function, by its name with <c>[...]</c> or without any brackets.</summary>
    public IReadOnlyList<string> Instances(string name) => generic.TryGetValue(GoFunctionName.WithoutTypeArguments(name), out var at) ? at : [];

    /// <summary>Entries of functions whose code is or contains that of the function declared here.</summary>
    public IReadOnlyList<DebugInfoOffset> Containers(DebugInfoOffset declaration) =>
        containers.TryGetValue(declaration, out var at) ? at : [];

    private void AddUnit(DwarfUnit unit)
    {
        DieCursor entry = unit.Entries();
        DebugInfoOffset function = default;
        while (entry.MoveNext())
        {
            if (entry.Depth == 1)
                function = entry.Offset;
            bool isFunction = entry.Tag == DwarfTag.Subprogram && entry.Depth == 1;
            if (!isFunction && entry.Tag != DwarfTag.InlinedSubroutine)
                continue;
            if (entry.TryGet(DwarfAttribute.AbstractOrigin, out AttributeValue origin))
                AddTo(containers, origin.AsReference(), function);
            else if (isFunction && entry.TryGet(DwarfAttribute.Name, out AttributeValue name))
                AddNamed(name.AsText(), entry.Offset);
        }
    }

    private void AddNamed(string name, DebugInfoOffset offset)
    {
        if (!named.ContainsKey(name) && name.Contains('[', StringComparison.Ordinal))
            AddTo(generic, GoFunctionName.WithoutTypeArguments(name), name);
        AddTo(named, name, offset);
    }

    private static void AddTo<TKey, TValue>(Dictionary<TKey, List<TValue>> lists, TKey key, TValue value)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out List<TValue>? list))
            lists.Add(key, list = []);
        if (list.Count == 0 || !EqualityComparer<TValue>.Default.Equals(list[^1], value))
            list.Add(value);
    }
}
