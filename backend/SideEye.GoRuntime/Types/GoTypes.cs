using SideEye.Dwarf;
using SideEye.Target;

namespace SideEye.GoRuntime.Types;

/// <summary>
/// The Go types of a program by entry, by name and by the runtime's own description. A type is read when it is asked
/// for, each once: equal offsets give the same object. Members may be called from several threads.
/// </summary>
/// <remarks>Every member may throw <see cref="MalformedFileException"/>.</remarks>
public sealed class GoTypes
{
    private const string Section = ".debug_info";
    private const string TypesUnit = "runtime"; // cmd/link/internal/ld/dwarf.go puts all types there
    private const int TypeChainMax = 64;
    private static readonly DwarfTag[] NamedTags =
    [
        DwarfTag.StructureType, DwarfTag.Typedef, DwarfTag.PointerType, DwarfTag.BaseType, DwarfTag.ArrayType,
        DwarfTag.SubroutineType,
    ];

    private readonly DwarfFile dwarf;
    private readonly KeptValues<DebugInfoOffset, GoType> known = new();
    private readonly Lazy<RuntimeTypeIndex> byRuntimeType;

    private readonly RuntimeTypes? undescribed;
    private readonly Lazy<Dictionary<string, GoType>> undescribedByName;

    private GoTypes(DwarfFile dwarf, GoBinary? binary)
    {
        this.dwarf = dwarf;
        byRuntimeType = new Lazy<RuntimeTypeIndex>(() => RuntimeTypeIndex.Of(dwarf, TypesUnit));
        undescribed = binary is null ? null : new RuntimeTypes(binary, this);
        undescribedByName = new Lazy<Dictionary<string, GoType>>(IndexNames);
    }

    /// <summary>The types of <paramref name="dwarf"/>; reads nothing yet.</summary>
    /// <param name="dwarf">Debug information.</param>
    /// <param name="binary">The program itself: with it types that its debug information leaves out are known as well,
    /// by what the runtime says of them.</param>
    public static GoTypes Open(DwarfFile dwarf, GoBinary? binary = null)
    {
        ArgumentNullException.ThrowIfNull(dwarf);
        return new GoTypes(dwarf, binary);
    }

    /// <summary>The type whose entry is at <paramref name="offset"/>. Entries that are no Go type (C's unions and
    /// enumerations) give <see cref="GoKind.Invalid"/>, with a size where they tell one.</summary>
    public GoType At(DebugInfoOffset offset) => At(offset, 0);

    /// <summary>
    /// The type of this name as Go writes it with whole package paths: <c>net/http.Request</c>,
    /// <c>*net/http.Request</c>, <c>map[string]int</c>; null when the program has none.
    /// </summary>
    public GoType? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FindDescribed(name) ?? undescribedByName.Value.GetValueOrDefault(name);
    }

    /// <summary>As <see cref="Find"/>, for types that DWARF describes.</summary>
    internal GoType? FindDescribed(string name)
    {
        // Names of all units are indexed only where Go's linker made none of its own.
        bool isByUnit = dwarf.FindUnit(TypesUnit) is not null;
        foreach (DwarfTag tag in NamedTags)
        {
            if ((isByUnit ? dwarf.FindEntryIn(TypesUnit, name, tag) : dwarf.FindEntry(name, tag)) is { } entry)
                return At(entry);
        }

        return null;
    }

    /// <summary>
    /// The type that the runtime describes at moduledata.types + <paramref name="offset"/>: what the type word of an
    /// interface, or of its itab, leads to. Null when none is. The index behind it is built by the first call.
    /// </summary>
    public GoType? OfRuntimeType(ulong offset) => OfDescribedType(offset) ?? undescribed?.At(offset);

    /// <summary>Every type that a value in an interface can have.</summary>
    public IEnumerable<GoType> WithRuntimeType()
    {
        foreach (ulong entry in byRuntimeType.Value.Entries)
            yield return At(new DebugInfoOffset(entry));
        foreach (GoType type in Undescribed())
            yield return type;
    }

    /// <summary>What was found out by going through all types, to be kept for the next time: as parts of
    /// <see cref="Elf.ElfFile.Kept"/> it need not be found out again.</summary>
    public IEnumerable<Elf.KeptPart> ToKeep()
    {
        if (dwarf.NamesToKeep(TypesUnit) is { } names)
            yield return names;
        yield return byRuntimeType.Value.ToKeep(dwarf);
    }

    /// <summary>As <see cref="OfRuntimeType"/>, by the runtime's own words even where DWARF has the type; null without
    /// the program.</summary>
    public GoType? AsTheRuntimeDescribes(ulong offset) => undescribed?.At(offset);

    /// <summary>As <see cref="OfRuntimeType"/>, for types that DWARF describes.</summary>
    internal GoType? OfDescribedType(ulong offset) =>
        byRuntimeType.Value.Find(offset) is { } entry ? At(entry) : null;

    private IEnumerable<GoType> Undescribed()
    {
        foreach (ulong offset in undescribed?.Offsets() ?? [])
        {
            if (byRuntimeType.Value.Find(offset) is null && undescribed!.At(offset) is { } type)
                yield return type;
        }
    }

    private Dictionary<string, GoType> IndexNames()
    {
        Dictionary<string, GoType> index = new(StringComparer.Ordinal);
        foreach (GoType type in Undescribed())
            index.TryAdd(type.Name, type);
        return index;
    }

    /// <summary>Which word of the dictionary tells what a type made of type parameters is; null for other types.
    /// </summary>
    internal int? DictionaryIndexAt(DebugInfoOffset offset) => TypeEntry.Read(dwarf.EntryAt(offset)).DictionaryIndex;

    private GoType At(DebugInfoOffset offset, int links)
    {
        if (known.TryGet(offset, out GoType? type))
            return type!;
        if (links > TypeChainMax)
        {
            throw new MalformedFileException(Section, offset.Value,
                $"types stand for one another more than {TypeChainMax} times");
        }

        return known.Keep(offset, Create(TypeEntry.Read(dwarf.EntryAt(offset)), links));
    }

    private GoType Create(TypeEntry entry, int links) => entry.Tag switch
    {
        DwarfTag.PointerType => Pointer(entry),
        DwarfTag.StructureType or DwarfTag.ClassType => Structure(entry),
        DwarfTag.ArrayType => ArrayOf(entry, links),
        DwarfTag.SubroutineType => New(entry, GoKind.Func, Architecture.PointerSize, () => new GoTypeParts()),
        DwarfTag.BaseType => New(entry, entry.Kind, entry.Size ?? 0, () => new GoTypeParts()),
        DwarfTag.Typedef or DwarfTag.ConstType or DwarfTag.VolatileType or DwarfTag.RestrictType
            or DwarfTag.AtomicType => NameFor(entry, links),
        _ => New(entry, GoKind.Invalid, entry.Size ?? 0, () => new GoTypeParts()),
    };

    // unsafe.Pointer is a pointer to nothing, and has no kind before Go 1.20. go.shape.*uint8 stands for every pointer
    // that a type parameter may be (cmd/compile/internal/noder/reader.go, shapify): what it points to is not known.
    private GoType Pointer(TypeEntry entry)
    {
        bool isAny = entry.Target is null || entry.Name.StartsWith("go.shape.*", StringComparison.Ordinal);
        GoKind kind = isAny ? GoKind.UnsafePointer : GoKind.Pointer;
        return New(entry, kind, Architecture.PointerSize,
            () => new GoTypeParts(!isAny && entry.Target is { } target ? At(target) : null));
    }

    // Strings and slices are structures with a kind of their own; those behind maps and channels have none in old
    // versions.
    private GoType Structure(TypeEntry entry) => entry.Kind switch
    {
        GoKind.String => New(entry, GoKind.String, Require(entry, 2), () => new GoTypeParts()),
        GoKind.Slice => New(entry, GoKind.Slice, Require(entry, 3),
            () => new GoTypeParts(entry.Element is { } element ? At(element) : null)),
        _ => New(entry, GoKind.Struct, entry.Size ?? 0,
            () => new GoTypeParts { Fields = StructFields.Read(this, dwarf, entry) }),
    };

    private GoType ArrayOf(TypeEntry entry, int links)
    {
        long length = StructFields.ReadLength(dwarf, entry.Offset);
        // C leaves the size of an array to the reader.
        long size = entry.Size
            ?? (entry.Target is { } target ? Product(entry, length, At(target, links + 1).Size) : 0);
        return New(entry, GoKind.Array, size,
            () => new GoTypeParts(entry.Target is { } element ? At(element) : null), length);
    }

    /// <summary>
    /// A name for another type. Maps, channels, functions and interfaces are names with a kind, which stand for what
    /// the runtime has behind them; other names take everything from the type they stand for.
    /// </summary>
    private GoType NameFor(TypeEntry entry, int links)
    {
        if (entry.Target is not { } target)
            return New(entry, GoKind.Invalid, 0, () => new GoTypeParts());
        GoType behind = At(target, links + 1);
        switch (entry.Kind)
        {
            case GoKind.Map or GoKind.Chan:
                return New(entry, entry.Kind, Architecture.PointerSize, () => new GoTypeParts(
                    entry.Element is { } element ? At(element) : null,
                    entry.Key is { } key ? At(key) : null,
                    behind.Element));
            case GoKind.Interface:
                return New(entry, GoKind.Interface, behind.Size, () => new GoTypeParts(),
                    isEmptyInterface: behind.Name == "runtime.eface");
        }

        // The linker names structures and functions twice, and .paramN says less than the shape that it stands for.
        if (entry.DictionaryIndex is not null || entry.Name.Length == 0 || entry.Name == behind.Name)
            return behind;
        return New(
            entry, behind.Kind, behind.Size,
            () => new GoTypeParts(behind.Element, behind.Key, behind.Layout) { Fields = behind.Fields },
            behind.Length, behind.IsEmptyInterface);
    }

    private static GoType New(
        TypeEntry entry, GoKind kind, long size, Func<GoTypeParts> parts, long length = 0,
        bool isEmptyInterface = false) =>
        new(entry.Name, kind, size, parts)
        {
            RuntimeType = entry.RuntimeType,
            Entry = entry.Offset.Value,
            Length = length,
            IsEmptyInterface = isEmptyInterface,
        };

    private static long Require(TypeEntry entry, int words) =>
        entry.Size == words * Architecture.PointerSize
            ? words * Architecture.PointerSize
            : throw new MalformedFileException(Section, entry.Offset.Value,
                $"{entry.Name} has {entry.Size} bytes and not {words} words");

    private static long Product(TypeEntry entry, long left, long right) =>
        right == 0 || left <= (1L << 50) / right
            ? left * right
            : throw new MalformedFileException(Section, entry.Offset.Value, "array is too large");
}
