using SideEye.Dwarf;
using SideEye.Target;

namespace SideEye.GoRuntime.Types;

/// <summary>The attributes of a type's entry, read in one pass (cmd/link/internal/ld/dwarf.go newtype).</summary>
internal readonly record struct TypeEntry(DebugInfoOffset Offset, DwarfTag Tag)
{
    private const string Section = ".debug_info";

    /// <summary>The compiler's MaxWidth on 64-bit processors; <c>[1 &lt;&lt; 48]byte</c> is a type that cgo code uses.
    /// </summary>
    private const ulong TypeBytesMax = 1UL << 50;

    public string Name { get; private init; } = "";

    public GoKind Kind { get; private init; }

    /// <summary>Null when the entry does not say.</summary>
    public long? Size { get; private init; }

    public ulong? RuntimeType { get; private init; }

    public DebugInfoOffset? Target { get; private init; }

    public DebugInfoOffset? Key { get; private init; }

    public DebugInfoOffset? Element { get; private init; }

    /// <summary>
    /// Of the local names that the compiler gives to types made of type parameters (<c>.param0</c>): which word of the
    /// dictionary has the runtime's type; else null.
    /// </summary>
    public int? DictionaryIndex { get; private init; }

    public static TypeEntry Read(in DieCursor entry)
    {
        TypeEntry read = new(entry.Offset, entry.Tag);
        foreach (DieAttribute attribute in entry.Attributes)
        {
            AttributeValue value = attribute.Value;
            read = attribute.Name switch
            {
                DwarfAttribute.Name => read with { Name = value.AsText() },
                DwarfAttribute.GoKind => read with { Kind = KindOf(value.AsUnsigned()) },
                DwarfAttribute.ByteSize when value.Class == AttributeClass.Constant =>
                    read with { Size = SizeOf(entry.Offset, value.AsUnsigned()) },
                // The form is that of an address, the value an offset from moduledata.types; 0 is none.
                DwarfAttribute.GoRuntimeType => read with { RuntimeType = RuntimeTypeOf(value) },
                DwarfAttribute.Type => read with { Target = value.AsReference() },
                DwarfAttribute.GoKey => read with { Key = value.AsReference() },
                DwarfAttribute.GoElement => read with { Element = value.AsReference() },
                DwarfAttribute.GoDictionaryIndex => 
                    read with { DictionaryIndex = (int)Math.Min(value.AsUnsigned(), int.MaxValue) },
                _ => read,
            };
        }

        return read;
    }

    /// <summary>The offset of the runtime's description, or null.</summary>
    public static ulong? RuntimeTypeOf(AttributeValue value)
    {
        ulong offset = value.Class == AttributeClass.Address ? value.AsAddress() : value.AsUnsigned();
        return offset == 0 ? null : offset;
    }

    private static GoKind KindOf(ulong kind) =>
        kind <= (ulong)GoKind.UnsafePointer ? (GoKind)kind : GoKind.Invalid;

    /// <summary>A size, an offset or a length within what the compiler allows.</summary>
    /// <exception cref="MalformedFileException">It is larger.</exception>
    public static long SizeOf(DebugInfoOffset offset, ulong size) => size <= TypeBytesMax
        ? (long)size
        : throw new MalformedFileException(Section, offset.Value, $"type of {size} bytes is too large");
}
