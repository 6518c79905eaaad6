using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>One attribute of an entry.</summary>
/// <param name="Name">What it says.</param>
/// <param name="Value">The value.</param>
public readonly record struct DieAttribute(DwarfAttribute Name, AttributeValue Value);

/// <summary>The attributes of one entry in file order; for use with foreach. Nothing is allocated.</summary>
public ref struct DieAttributes
{
    private readonly DwarfUnit unit;
    private readonly ReadOnlySpan<AttributeSpecification> specifications;
    private ByteCursor bytes;
    private int next;

    internal DieAttributes(
        DwarfUnit unit, ByteCursor bytes, long start, ReadOnlySpan<AttributeSpecification> specifications)
    {
        this.unit = unit;
        this.bytes = bytes;
        this.specifications = specifications;
        this.bytes.Position = start;
    }

    /// <summary>The attribute at this position.</summary>
    public DieAttribute Current { get; private set; }

    /// <summary>Itself.</summary>
    public readonly DieAttributes GetEnumerator() => this;

    /// <summary>Steps to the next attribute; false at the end.</summary>
    /// <exception cref="MalformedFileException">Truncated, or an unknown form.</exception>
    public bool MoveNext()
    {
        if (next >= specifications.Length)
            return false;
        ref readonly AttributeSpecification specification = ref specifications[next++];
        RawAttribute raw = FormReader.Read(
            ref bytes, unit.Sections.Information.Name, specification.Form, specification.ImplicitConstant,
            unit.Encoding);
        Current = new DieAttribute(specification.Name, new AttributeValue(unit, raw));
        return true;
    }
}
