using System.Collections.Immutable;
using SideEye.Dwarf;
using SideEye.GoRuntime.Types;

namespace SideEye.GoRuntime.Functions;

/// <summary>Collects the variables of one body; what an inlined copy leaves out is taken from the declaration.</summary>
internal sealed class VariableCollector(DwarfFile file, GoTypes types, DebugInfoOffset declaration)
{
    private const int VariablesMax = 1 << 16;

    private readonly List<GoVariable> variables = [];
    private readonly HashSet<DebugInfoOffset> origins = [];

    /// <summary>Adds the variable that the cursor is on.</summary>
    /// <param name="unit">Its unit.</param>
    /// <param name="entry">Its entry.</param>
    /// <param name="scope">The pcs of its block.</param>
    public void Add(DwarfUnit unit, in DieCursor entry, ImmutableArray<PcSpan> scope)
    {
        if (variables.Count == VariablesMax)
            return;
        bool isCopy = entry.TryGet(DwarfAttribute.AbstractOrigin, out AttributeValue origin);
        DieCursor described = isCopy ? file.EntryAt(origin.AsReference()) : entry;
        if (isCopy)
            origins.Add(described.Offset);
        if (Describe(described) is not { } variable)
            return;
        GoType stored = variable.Stored;
        ImmutableArray<VariableLocation> locations = entry.TryGet(DwarfAttribute.Location, out AttributeValue location)
            ? LocationReader.Read(unit, location, stored, scope) : [];
        variables.Add(variable.Described with { Scope = scope, Locations = locations });
    }

    /// <summary>The variables, with those that have no place at all in this copy: they are optimised out.</summary>
    public ImmutableArray<GoVariable> Finish(ImmutableArray<PcSpan> code)
    {
        DieCursor abstracted = file.EntryAt(declaration);
        bool isAbstract = abstracted.TryGet(DwarfAttribute.Inline, out _) && abstracted.HasChildren;
        while (isAbstract && abstracted.MoveNext() && abstracted.Depth > 0)
        {
            bool isVariable = abstracted.Tag is DwarfTag.FormalParameter or DwarfTag.Variable;
            if (isVariable && !origins.Contains(abstracted.Offset) && Describe(abstracted) is { } variable)
                variables.Add(variable.Described with { Scope = code });
        }
        // The sort keeps the order within parameters and within the others.
        return [.. variables.OrderBy(static variable => variable.Role == VariableRole.Parameter ? 0 : 1)];
    }

    private (GoVariable Described, GoType Stored)? Describe(in DieCursor entry)
    {
        if (!entry.TryGet(DwarfAttribute.Name, out AttributeValue text)
            || !entry.TryGet(DwarfAttribute.Type, out AttributeValue typeAt))
        {
            return null;
        }
        string name = text.AsText();
        GoType stored = types.At(typeAt.AsReference());
        // The compiler writes a variable that it moved to the heap as a pointer named &x.
        bool isEscaped = name.StartsWith('&') && stored is { Kind: GoKind.Pointer, Element: not null };
        GoType type = isEscaped ? stored.Element! : stored;
        int line = entry.TryGet(DwarfAttribute.DeclarationLine, out AttributeValue number)
            && number.Class == AttributeClass.Constant ? (int)(number.AsUnsigned() & int.MaxValue) : 0;
        return (
            new GoVariable(isEscaped ? name[1..] : name, type, RoleOf(entry), isEscaped, line, [], []), stored);
    }

    private static VariableRole RoleOf(in DieCursor entry)
    {
        if (entry.TryGet(DwarfAttribute.GoClosureOffset, out AttributeValue closure)
            && closure.Class == AttributeClass.Constant && closure.AsUnsigned() != 0)
        {
            return VariableRole.Captured;
        }
        if (entry.Tag != DwarfTag.FormalParameter)
            return VariableRole.Local;
        return entry.TryGet(DwarfAttribute.VariableParameter, out AttributeValue result)
            && result.Class == AttributeClass.Flag && result.AsFlag() ? VariableRole.Result : VariableRole.Parameter;
    }
}
