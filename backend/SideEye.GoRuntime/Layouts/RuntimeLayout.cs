using System.Collections.Concurrent;

namespace SideEye.GoRuntime;

/// <summary>Where a layout came from.</summary>
public enum LayoutSource
{
    /// <summary>The binary's own debug information.</summary>
    Dwarf,

    /// <summary>The table embedded here, for the binary's Go minor version.</summary>
    BuiltIn,
}

/// <summary>
/// Sizes and field offsets of the runtime's structures in one binary: from its DWARF, else from the built-in table of
/// its Go minor version.
/// </summary>
public sealed class RuntimeLayout
{
    // Structures that moved to internal/abi in 1.21 and 1.23, with exported names for the same fields.
    private static readonly Dictionary<string, FormerStructure> FormerNames = new(StringComparer.Ordinal)
    {
        ["internal/abi.Type"] = new("runtime._type",
        [
            "size:Size_", "ptrdata:PtrBytes", "hash:Hash", "tflag:TFlag", "align:Align_", "fieldAlign:FieldAlign_",
            "kind:Kind_", "equal:Equal", "gcdata:GCData", "str:Str", "ptrToThis:PtrToThis",
        ]),
        ["internal/abi.ITab"] = new("runtime.itab", ["inter:Inter", "_type:Type", "hash:Hash", "fun:Fun"]),
    };

    private readonly GoVersion version;
    private readonly Func<string, RuntimeStructure?>? dwarf;
    private readonly Lazy<IReadOnlyDictionary<string, RuntimeStructure>?> builtIn;
    private readonly ConcurrentDictionary<string, RuntimeStructure?> found = new(StringComparer.Ordinal);

    private RuntimeLayout(GoVersion version, Func<string, RuntimeStructure?>? dwarf)
    {
        this.version = version;
        this.dwarf = dwarf;
        builtIn = new(() => BuiltInLayouts.For(version));
        Source = dwarf is null ? LayoutSource.BuiltIn : LayoutSource.Dwarf;
        if (dwarf is null && builtIn.Value is null)
            throw UnsupportedGoVersionException.NoLayout(version, BuiltInLayouts.Versions);
        G = new GLayout(Struct("runtime.g"), Struct("runtime.gobuf"), Struct("runtime.stack"));
        M = new MLayout(Struct("runtime.m"));
        Sudog = new SudogLayout(Struct("runtime.sudog"));
        ModuleData = new ModuleDataLayout(Struct("runtime.moduledata"));
    }

    /// <summary>Where the hot layouts below came from.</summary>
    public LayoutSource Source { get; }

    /// <summary>runtime.g.</summary>
    public GLayout G { get; }

    /// <summary>runtime.m.</summary>
    public MLayout M { get; }

    /// <summary>runtime.sudog.</summary>
    public SudogLayout Sudog { get; }

    /// <summary>runtime.moduledata.</summary>
    public ModuleDataLayout ModuleData { get; }

    /// <summary>Layouts for a version whose binary has no DWARF.</summary>
    /// <exception cref="UnsupportedGoVersionException">The table has no such version.</exception>
    public static RuntimeLayout BuiltIn(GoVersion version) => new(version, dwarf: null);

    /// <summary>Layouts of a binary with DWARF.</summary>
    /// <param name="version">The binary's version: structures that its DWARF lacks come from the table.</param>
    /// <param name="findStruct">Finds a structure of the binary by its Go name.</param>
    /// <exception cref="UnsupportedGoVersionException">A structure or field that is needed is nowhere.</exception>
    public static RuntimeLayout FromDwarf(GoVersion version, Func<string, RuntimeStructure?> findStruct) =>
        new(version, findStruct);

    /// <summary>
    /// The layout of any structure, such as <c>runtime.hchan</c>, or null when not known for this binary.
    /// </summary>
    public RuntimeStructure? Find(string name) => found.GetOrAdd(name, Search);

    /// <summary>The layout of a structure that every supported version has.</summary>
    /// <exception cref="UnsupportedGoVersionException">It is not known for this binary.</exception>
    public RuntimeStructure Struct(string name) => Find(name) ?? throw new UnsupportedGoVersionException(
        $"{version}: structure {name} is neither in the binary's DWARF nor in the built-in tables");

    private RuntimeStructure? Search(string name)
    {
        RuntimeStructure? layout = dwarf?.Invoke(name);
        if (layout is null && dwarf is not null && FormerNames.TryGetValue(name, out FormerStructure? former))
            layout = Renamed(name, dwarf(former.Name), former.Fields);
        return layout ?? builtIn.Value?.GetValueOrDefault(name);
    }

    private static RuntimeStructure? Renamed(string name, RuntimeStructure? former, string[] renamedFields)
    {
        if (former is null)
            return null;
        Dictionary<string, RuntimeField> fields = new(StringComparer.Ordinal);
        foreach (string renamed in renamedFields)
        {
            string[] names = renamed.Split(':');
            if (former.TryField(names[0], out RuntimeField place))
                fields.Add(names[1], place);
        }
        return new RuntimeStructure(name, former.KnownSize, fields);
    }

    /// <summary>A structure's earlier name, and its fields as old:new.</summary>
    private sealed record FormerStructure(string Name, string[] Fields);
}
