using System.Collections.Immutable;

namespace SideEye.GoRuntime.Types;

/// <summary>
/// A Go type as the debug information describes it. Types refer to each other in circles, so what a type is made of is
/// looked up when first asked for.
/// </summary>
public sealed class GoType
{
    private readonly Lazy<GoTypeParts> parts;

    /// <summary>A type.</summary>
    /// <param name="name">As Go writes it with the package's path: <c>*net/http.Request</c>, <c>map[string]int</c>.
    /// </param>
    /// <param name="kind">Its kind; of a named type that of its underlying type.</param>
    /// <param name="size">Bytes of a value.</param>
    /// <param name="parts">What it is made of; called at most once.</param>
    public GoType(string name, GoKind kind, long size, Func<GoTypeParts> parts)
    {
        Name = name;
        Kind = kind;
        Size = size;
        this.parts = new Lazy<GoTypeParts>(parts);
    }

    /// <summary>As Go writes it, with the package's whole path.</summary>
    public string Name { get; }

    /// <summary>Its kind.</summary>
    public GoKind Kind { get; }

    /// <summary>Bytes of a value.</summary>
    public long Size { get; }

    /// <summary>
    /// DW_AT_go_runtime_type: where the runtime's own description (abi.Type) lies, from moduledata.types on. Null when
    /// the linker kept none; then no interface holds a value of the type.
    /// </summary>
    public ulong? RuntimeType { get; init; }

    /// <summary>
    /// Where its entry is in .debug_info: by it <see cref="GoTypes.At(Dwarf.DebugInfoOffset)"/> finds the same type
    /// again. Null for a type that only the runtime describes, see
    /// <see cref="GoTypes.AsTheRuntimeDescribes"/>, and for one that was put together of others.
    /// </summary>
    public ulong? Entry { get; init; }

    /// <summary>Elements of an array.</summary>
    public long Length { get; init; }

    /// <summary>What a pointer points to; element of an array, slice, channel or map. Null for other kinds and for
    /// unsafe.Pointer.</summary>
    public GoType? Element => parts.Value.Element;

    /// <summary>Key of a map.</summary>
    public GoType? Key => parts.Value.Key;

    /// <summary>Fields of a struct in the order of their declaration; of string, slice and interface none.</summary>
    public ImmutableArray<GoField> Fields => parts.Value.Fields;

    /// <summary>
    /// The struct that a map or channel value points to: <c>internal/runtime/maps.Map</c>'s instance for this key and
    /// element, <c>runtime.hmap</c>'s, <c>runtime.hchan</c>'s. Its fields lead to groups, buckets and elements. Null
    /// for other kinds.
    /// </summary>
    public GoType? Layout => parts.Value.Layout;

    /// <summary>True for an interface without methods: its first word is the type, not an itab.</summary>
    public bool IsEmptyInterface { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>What a type is made of; members that do not apply to its kind are null or empty.</summary>
/// <param name="Element">See <see cref="GoType.Element"/>.</param>
/// <param name="Key">See <see cref="GoType.Key"/>.</param>
/// <param name="Layout">See <see cref="GoType.Layout"/>.</param>
public sealed record GoTypeParts(GoType? Element = null, GoType? Key = null, GoType? Layout = null)
{
    /// <summary>See <see cref="GoType.Fields"/>.</summary>
    public ImmutableArray<GoField> Fields { get; init; } = [];
}

/// <summary>A field of a struct.</summary>
/// <param name="Name">Its name; of an embedded field the type's name without package, as in Go.</param>
/// <param name="Type">Its type.</param>
/// <param name="Offset">Bytes from the start of the struct.</param>
/// <param name="IsEmbedded">True when its fields are promoted (DW_AT_go_embedded_field).</param>
public sealed record GoField(string Name, GoType Type, long Offset, bool IsEmbedded);
