using System.Diagnostics.CodeAnalysis;

namespace SideEye.GoRuntime;

/// <summary>Place of a field in a structure.</summary>
/// <param name="Offset">Bytes from the start of the structure.</param>
/// <param name="Size">Bytes of the field.</param>
public readonly record struct RuntimeField(int Offset, int Size);

/// <summary>Size and fields of one Go structure in one binary.</summary>
public sealed class RuntimeStructure
{
    private readonly Dictionary<string, RuntimeField> fields;

    /// <summary>A structure from its parts.</summary>
    /// <param name="name">Go's name, such as <c>runtime.g</c>.</param>
    /// <param name="size">Bytes; null when not known.</param>
    /// <param name="fields">Places by field name.</param>
    public RuntimeStructure(string name, int? size, IEnumerable<KeyValuePair<string, RuntimeField>> fields)
    {
        Name = name;
        KnownSize = size;
        this.fields = new Dictionary<string, RuntimeField>(StringComparer.Ordinal);
        foreach ((string field, RuntimeField place) in fields)
            this.fields.TryAdd(field, place);
    }

    internal RuntimeStructure(string name, int? size, Dictionary<string, RuntimeField> fields)
    {
        Name = name;
        KnownSize = size;
        this.fields = fields;
    }

    /// <summary>Go's name, such as <c>runtime.g</c>.</summary>
    public string Name { get; }

    /// <summary>Bytes; null where it depends on the processor and no DWARF tells.</summary>
    public int? KnownSize { get; }

    /// <summary>All fields by name.</summary>
    public IReadOnlyDictionary<string, RuntimeField> Fields => fields;

    /// <summary>Finds a field that this version of the structure may not have.</summary>
    public bool TryField(string field, out RuntimeField place) => fields.TryGetValue(field, out place);

    /// <summary>Offset of a field that this version of the structure may not have.</summary>
    public int? OptionalOffset(string field) => fields.TryGetValue(field, out RuntimeField place) ? place.Offset : null;

    /// <summary>Offset in bytes of a field that every supported version has.</summary>
    /// <exception cref="UnsupportedGoVersionException">This binary's structure has no such field.</exception>
    public int Offset(string field) =>
        fields.TryGetValue(field, out RuntimeField place) ? place.Offset : MissingField(field);

    /// <summary>Size in bytes.</summary>
    /// <exception cref="UnsupportedGoVersionException">It is not known.</exception>
    public int Size => KnownSize ?? MissingField("size");

    [DoesNotReturn]
    private int MissingField(string field) => throw new UnsupportedGoVersionException(
        $"structure {Name} of this binary has no known {field}: a Go version that this build does not know yet");
}
