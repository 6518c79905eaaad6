using System.Collections.Immutable;
using SideEye.Dwarf;
using SideEye.GoRuntime.Types;

namespace SideEye.GoRuntime.Functions;

/// <summary>The functions and package-level variables in a program's debug information.</summary>
/// <remarks>Members may be called from several threads, and may throw <see cref="Target.MalformedFileException"/>.
/// </remarks>
public sealed class GoFunctions
{
    private readonly DwarfFile file;
    private readonly GoTypes types;
    private readonly Lazy<FunctionIndex> index;

    private GoFunctions(DwarfFile file, GoTypes types)
    {
        this.file = file;
        this.types = types;
        index = new(() => FunctionIndex.Build(file));
    }

    /// <summary>Names of all functions with debug information, as in the symbol table.</summary>
    public IReadOnlyCollection<string> Names => index.Value.Names;

    /// <summary>The functions of a program; reads nothing yet.</summary>
    public static GoFunctions Open(DwarfFile file, GoTypes types) => new(file, types);

    /// <summary>
    /// The machine code of a function: its own, and each copy that was inlined; empty when there is none. The name of
    /// a generic function without its type arguments means all its instances.
    /// </summary>
    public ImmutableArray<FunctionBody> Bodies(string function)
    {
        ImmutableArray<FunctionBody>.Builder bodies = ImmutableArray.CreateBuilder<FunctionBody>();
        foreach (DebugInfoOffset entry in index.Value.Entries(function))
            AddBodies(function, entry, bodies);
        if (bodies.Count == 0)
        {
            foreach (string instance in index.Value.Instances(function))
            {
                foreach (DebugInfoOffset entry in index.Value.Entries(instance))
                    AddBodies(instance, entry, bodies);
            }
        }
        return bodies.ToImmutable();
    }

    /// <summary>A package-level variable by its whole name: its type and link-time address; null when there is none.
    /// </summary>
    public (GoType Type, ulong Address)? FindGlobal(string name)
    {
        if (file.FindVariable(name) is not { } address
            || file.FindEntry(name, DwarfTag.Variable) is not { } entry
            || !file.EntryAt(entry).TryGet(DwarfAttribute.Type, out AttributeValue type))
        {
            return null;
        }
        return (types.At(type.AsReference()), address);
    }

    private void AddBodies(string function, DebugInfoOffset declaration, ImmutableArray<FunctionBody>.Builder bodies)
    {
        BodyReader reader = new(file, types, function, declaration);
        reader.Read(declaration, bodies);
        foreach (DebugInfoOffset container in index.Value.Containers(declaration))
            reader.Read(container, bodies);
    }
}
