using System.Collections.Immutable;
using System.Text;
using SideEye.Dwarf;
using SideEye.Elf;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// The functions of a program with their variables. The index behind it is made when first needed, or handed in when
/// it was kept from an earlier time. Members may be called from several threads.
/// </summary>
/// <remarks>Every member may throw <see cref="MalformedFileException"/>.</remarks>
public sealed class GoFunctions
{
    private readonly DwarfFile dwarf;
    private readonly GoTypes types;
    private readonly Lazy<FunctionIndex> index;
    private readonly BodyReader bodies;
    private readonly DeferredClosures deferred;

    private GoFunctions(
        DwarfFile dwarf, GoTypes types, PclnTable? pcln, Lazy<FunctionIndex>? kept, ElfFile? code)
    {
        this.dwarf = dwarf;
        this.types = types;
        StackObjects objects = new(pcln, dwarf.Elf.Architecture);
        bodies = new BodyReader(dwarf, new FunctionNames(dwarf), new VariableReader(dwarf, types, objects));
        deferred = new DeferredClosures(pcln, code, bodies);
        index = kept ?? new Lazy<FunctionIndex>(BuildIndex);
        HasKeptIndex = kept is not null;
    }

    /// <summary>True when the index that was handed in was used, false when it has to be made.</summary>
    public bool HasKeptIndex { get; }

    /// <summary>
    /// The index as bytes, to be handed to <see cref="Open"/> the next time; made now when it was not yet.
    /// </summary>
    public ReadOnlyMemory<byte> IndexBytes => index.Value.Bytes;

    /// <summary>Number of functions, those that exist as inlined copies only included.</summary>
    public int Count => index.Value.Count;

    /// <summary>All names, sorted by their bytes.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            for (int i = 0; i < index.Value.Count; i++)
                yield return index.Value.Name(i);
        }
    }

    /// <summary>The functions of <paramref name="dwarf"/>; reads nothing yet.</summary>
    /// <param name="dwarf">Debug information.</param>
    /// <param name="types">Types of the same program.</param>
    /// <param name="pcln">Function table of the same program: with it more variables are known to be whole.</param>
    /// <param name="keptIndex">What <see cref="IndexBytes"/> gave for the same program at another time, and must stay
    /// as it is; one that is damaged, of another program or another version is not used.</param>
    /// <param name="code">The program's own file: with it variables are found that deferred closures keep.</param>
    public static GoFunctions Open(
        DwarfFile dwarf, GoTypes types, PclnTable? pcln = null, ReadOnlyMemory<byte> keptIndex = default,
        ElfFile? code = null)
    {
        ArgumentNullException.ThrowIfNull(dwarf);
        ArgumentNullException.ThrowIfNull(types);
        FunctionIndex? kept = null;
        if (!keptIndex.IsEmpty)
            FunctionIndex.TryOpen(keptIndex, dwarf.Identity, out kept);
        return new GoFunctions(dwarf, types, pcln, kept is null ? null : new Lazy<FunctionIndex>(kept), code);
    }

    /// <summary>The same functions, with variables read by another reading of the same debug information.</summary>
    /// <param name="other">The debug information.</param>
    /// <param name="otherTypes">Types of it.</param>
    /// <param name="pcln">As of <see cref="Open"/>.</param>
    /// <param name="code">As of <see cref="Open"/>.</param>
    public GoFunctions With(DwarfFile other, GoTypes otherTypes, PclnTable? pcln, ElfFile? code)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(otherTypes);
        return new GoFunctions(other, otherTypes, pcln, index, code);
    }

    /// <summary>
    /// The code of a function: its own body, if it has one, and every copy that was inlined, ordered by address. Of
    /// generic functions also every instance, for <c>pkg.F</c>, <c>pkg.F[...]</c> and <c>pkg.(*T[...]).M</c> alike; an
    /// instance alone is named as in the symbol table, <c>pkg.F[go.shape.int]</c>. Empty when there is no such
    /// function or no code of it.
    /// </summary>
    public ImmutableArray<FunctionBody> Bodies(string function)
    {
        ArgumentNullException.ThrowIfNull(function);
        List<FunctionBody> found = [];
        foreach (int each in Resolve(function))
        {
            string name = index.Value.Name(each);
            for (int i = 0; i < index.Value.PlaceCount(each); i++)
                bodies.Read(name, index.Value.Place(each, i), found);
        }

        found.Sort((left, right) => FirstPc(left).CompareTo(FirstPc(right)));
        return [.. found.Select(body => deferred.With(body, index.Value))];
    }

    /// <summary>
    /// The variables that lie in the frames of a body's container: its own and those of all that was inlined into it.
    /// Of an escaped variable it is the pointer to it.
    /// </summary>
    /// <param name="body">One of <see cref="Bodies"/>.</param>
    /// <param name="isWanted">Asked with the name and type of each; the others are left out.</param>
    public ImmutableArray<GoVariable> FrameVariables(FunctionBody body, Func<string, GoType, bool> isWanted)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(isWanted);
        return bodies.ReadFrame(body.ContainerOffset, isWanted);
    }

    /// <summary>True when the program has a function of this name, in the sense of <see cref="Bodies"/>.</summary>
    public bool Contains(string function) => Resolve(function).Length > 0;

    /// <summary>The names that <see cref="Bodies"/> takes a name for; several for a generic function.</summary>
    public ImmutableArray<string> NamesFor(string function)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        foreach (int each in Resolve(function))
            names.Add(index.Value.Name(each));
        return names.ToImmutable();
    }

    /// <summary>
    /// The name of all instances of a generic function, when a name means one of them that has no code of its own, as
    /// <c>pkg.F[int]</c>: the compiler makes code for shapes of types, and others run the same. Null for other names.
    /// </summary>
    public string? AllInstancesOf(string function)
    {
        ArgumentNullException.ThrowIfNull(function);
        string all = GenericName.Elided(function);
        return all == function || NamesFor(function) is not { IsEmpty: false } names || names.Contains(function)
            || names.Any(name => GenericName.Printed(name) == function) ? null : all;
    }

    /// <summary>
    /// Functions whose names contain the pattern, whatever the case; <c>*</c> stands for any text. Best first: the
    /// whole name, the name after the package, the start of a word, then shorter before longer.
    /// </summary>
    /// <param name="pattern">Part of a name; empty finds all.</param>
    /// <param name="limit">Most names to return.</param>
    public ImmutableArray<string> Search(string pattern, int limit) =>
        FunctionSearch.Find(index.Value, pattern, limit);

    /// <summary>Names like one that does not exist, nearest first.</summary>
    /// <param name="name">The name that was asked for.</param>
    /// <param name="limit">Most names to return.</param>
    public ImmutableArray<string> Nearest(string name, int limit)
    {
        ArgumentNullException.ThrowIfNull(name);
        // Type arguments, the receiver's notation and, with it, the package are what is left out most easily.
        string bare = GenericName.Bare(name);
        string ending = name.StartsWith('(') ? "." + bare : "\0";
        ImmutableArray<string> written =
        [
            .. Names.Where(each => GenericName.Bare(each) is var other
                && (other == bare || other.EndsWith(ending, StringComparison.Ordinal)))
                .Select(GenericName.Elided).Distinct().Take(limit),
        ];
        return written.IsEmpty ? NearestNames.Of(name, Names, limit) : written;
    }

    /// <summary>Names of package-level variables like one that does not exist, nearest first.</summary>
    /// <param name="name">The name that was asked for, with its package.</param>
    /// <param name="limit">Most names to return.</param>
    public ImmutableArray<string> NearestGlobals(string name, int limit)
    {
        ArgumentNullException.ThrowIfNull(name);
        return GlobalNames.Nearest(dwarf, name, limit);
    }

    /// <summary>A package-level variable: <c>net/http.DefaultServeMux</c>; null when there is none of that name.
    /// </summary>
    public GlobalVariable? FindGlobal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        // A package's unit has its variables: all others need not be gone through for a name that there is not.
        string package = GoFunctionName.PackageOf(name);
        if (dwarf.FindEntryIn(package, name, DwarfTag.Variable) is not { } offset
            || dwarf.FindVariable(name, package) is not { } address)
        {
            return null;
        }

        return dwarf.EntryAt(offset).TryGet(DwarfAttribute.Type, out AttributeValue type)
            ? new GlobalVariable(name, types.At(type.AsReference()), address)
            : null;
    }

    private static ulong FirstPc(FunctionBody body) => body.Code.IsEmpty ? body.ContainerEntry : body.Code[0].Low;

    private int[] Resolve(string function)
    {
        FunctionIndex all = index.Value;
        byte[] utf8 = Encoding.UTF8.GetBytes(function);
        int first = all.LowerBound(utf8);
        if (first < all.Count && all.NameUtf8(first).SequenceEqual(utf8))
            return [first];
        // All instances of a generic function have the same text before the first bracket.
        string wanted = GenericName.Elided(function);
        int bracket = wanted.IndexOf('[', StringComparison.Ordinal);
        byte[] start = Encoding.UTF8.GetBytes(bracket < 0 ? wanted + "[" : wanted[..(bracket + 1)]);
        List<int> instances = [];
        List<int> printedSo = [];
        for (int i = all.LowerBound(start); i < all.Count && all.NameUtf8(i).StartsWith(start); i++)
        {
            string name = all.Name(i);
            string elided = GenericName.Elided(name);
            if (elided == wanted || (bracket < 0 && elided == wanted + GenericName.Ellipsis))
                instances.Add(i);
            else if (GenericName.Printed(name) == function)
                printedSo.Add(i);
        }

        return (instances.Count > 0 ? instances : printedSo).ToArray();
    }

    private FunctionIndex BuildIndex() =>
        FunctionIndex.TryOpen(FunctionIndexBuilder.Build(dwarf), dwarf.Identity, out FunctionIndex? built)
            ? built
            : throw new MalformedFileException(".debug_info", 0, "names of functions cannot be indexed");
}
