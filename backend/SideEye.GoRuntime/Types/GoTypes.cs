using System.Collections.Concurrent;
using SideEye.Dwarf;

namespace SideEye.GoRuntime.Types;

/// <summary>
/// The Go types in a program's debug information. A type is read when first asked for, and once; members may be called
/// from several threads.
/// </summary>
/// <remarks>Every member may throw <see cref="Target.MalformedFileException"/> when what it reads is broken.</remarks>
public sealed class GoTypes
{
    private static readonly DwarfTag[] Tags =
    [
        DwarfTag.StructureType, DwarfTag.BaseType, DwarfTag.PointerType, DwarfTag.Typedef, DwarfTag.ArrayType,
        DwarfTag.SubroutineType,
    ];

    private readonly DwarfFile file;
    private readonly ConcurrentDictionary<DebugInfoOffset, GoType> known = [];
    private readonly Lazy<Dictionary<ulong, DebugInfoOffset>> byRuntimeType;

    private GoTypes(DwarfFile file)
    {
        this.file = file;
        byRuntimeType = new(IndexRuntimeTypes);
    }

    /// <summary>The types of a program; reads nothing yet.</summary>
    public static GoTypes Open(DwarfFile file) => new(file);

    /// <summary>The type whose entry is at <paramref name="entry"/>.</summary>
    public GoType At(DebugInfoOffset entry)
    {
        if (known.TryGetValue(entry, out GoType? type))
            return type;
        // Two threads may read the same type; the first one's is everybody's.
        return known.GetOrAdd(entry, TypeReader.Read(file, this, entry));
    }

    /// <summary>A type by its name with the package's whole path, or null.</summary>
    public GoType? Find(string name)
    {
        foreach (DwarfTag tag in Tags)
        {
            if (file.FindEntry(name, tag) is { } entry)
                return At(entry);
        }
        return null;
    }

    /// <summary>The type whose runtime description lies so many bytes behind moduledata.types, or null.</summary>
    public GoType? OfRuntimeType(ulong offset) =>
        byRuntimeType.Value.TryGetValue(offset, out DebugInfoOffset entry) ? At(entry) : null;

    /// <summary>Every type that has a runtime description, which are all that an interface can hold.</summary>
    public IEnumerable<GoType> WithRuntimeType()
    {
        foreach (DebugInfoOffset entry in byRuntimeType.Value.Values)
            yield return At(entry);
    }

    /// <summary>Types stand on the top level of their units (cmd/link/internal/ld/dwarf.go, dwtypes).</summary>
    private Dictionary<ulong, DebugInfoOffset> IndexRuntimeTypes()
    {
        Dictionary<ulong, DebugInfoOffset> index = [];
        foreach (DwarfUnit unit in file.Units)
        {
            DieCursor entry = unit.Entries();
            if (!entry.MoveNext() || !entry.HasChildren || !entry.MoveNext() || entry.Depth != 1)
                continue;
            do
            {
                if (Array.IndexOf(Tags, entry.Tag) >= 0
                    && entry.TryGet(DwarfAttribute.GoRuntimeType, out AttributeValue value)
                    && TypeReader.Number(value) is ulong offset and not 0)
                {
                    index.TryAdd(offset, entry.Offset);
                }
            }
            while (entry.MoveToSibling());
        }
        return index;
    }
}
