using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>
/// A position among the debugging information entries (DIEs) of one unit, in file order. It starts before an entry;
/// <see cref="MoveNext"/> steps on it. Nothing is allocated.
/// </summary>
public ref struct DieCursor
{
    private readonly DwarfUnit unit;
    private readonly string section;
    private ByteCursor bytes;
    private Abbreviation abbreviation;
    private long attributesStart;
    private bool onEntry;
    private int childrenDepth;

    internal DieCursor(DwarfUnit unit, DebugInfoOffset start)
    {
        this.unit = unit;
        DebugSection information = unit.Sections.Information;
        section = information.Name;
        bytes = information.CursorAt((long)start.Value, unit.Header.End);
    }

    /// <summary>The unit.</summary>
    public readonly DwarfUnit Unit => unit;

    /// <summary>Where the entry starts.</summary>
    public DebugInfoOffset Offset { get; private set; }

    /// <summary>What the entry describes.</summary>
    public readonly DwarfTag Tag => abbreviation.Tag;

    /// <summary>True when entries within the entry may follow.</summary>
    public readonly bool HasChildren => abbreviation.HasChildren;

    /// <summary>Levels below the entry at which the cursor started; siblings of that one have 0.</summary>
    public int Depth { get; private set; }

    /// <summary>The attributes of the entry.</summary>
    public readonly DieAttributes Attributes =>
        new(unit, bytes, attributesStart, unit.Abbreviations.AttributesOf(abbreviation));

    /// <summary>
    /// Steps to the next entry: the first child if there are children, else the next one after it on this level or on
    /// those above. False at the end of the unit, and when the siblings of the entry at which the cursor started end.
    /// </summary>
    /// <exception cref="MalformedFileException">Truncated, nested too deeply, or an unknown abbreviation.</exception>
    public bool MoveNext()
    {
        StepOverEntry();
        while (!bytes.AtEnd)
        {
            long start = bytes.Position;
            ulong code = bytes.ReadUleb128();
            if (code == 0)
            {
                // DWARF 5 §2.3: a null entry ends a list of siblings.
                if (childrenDepth == 0)
                    return false;
                childrenDepth--;
                continue;
            }

            if (!unit.Abbreviations.TryFind(code, out abbreviation))
                throw new BadDwarfException(section, (ulong)start, $"abbreviation {code} is not in the unit's table");
            Offset = new DebugInfoOffset((ulong)start);
            Depth = childrenDepth;
            attributesStart = bytes.Position;
            onEntry = true;
            return true;
        }

        return false;
    }

    /// <summary>Steps to the next entry on the level of this one, over all entries within it; false when it is the
    /// last.</summary>
    /// <exception cref="MalformedFileException">As <see cref="MoveNext"/>.</exception>
    public bool MoveToSibling()
    {
        int level = Depth;
        if (onEntry && HasChildren && TryGet(DwarfAttribute.Sibling, out AttributeValue sibling))
        {
            DebugInfoOffset next = sibling.AsReference();
            if (next.Value <= (ulong)attributesStart || next.Value > unit.Header.End)
                throw new BadDwarfException(section, Offset.Value, $"sibling 0x{next.Value:x} does not lie ahead");
            bytes.Position = (long)next.Value;
            onEntry = false;
        }

        while (MoveNext())
        {
            if (Depth <= level)
                return Depth == level;
        }

        return false;
    }

    /// <summary>Finds an attribute of the entry.</summary>
    public readonly bool TryGet(DwarfAttribute name, out AttributeValue value)
    {
        foreach (DieAttribute attribute in Attributes)
        {
            if (attribute.Name != name)
                continue;
            value = attribute.Value;
            return true;
        }

        value = default;
        return false;
    }

    private void StepOverEntry()
    {
        if (!onEntry)
            return;
        onEntry = false;
        SkipAttributes();
        if (!HasChildren)
            return;
        if (++childrenDepth > unit.Sections.Limits.NestingDepthMax)
        {
            throw new BadDwarfException(section, Offset.Value,
                $"entries are nested deeper than {unit.Sections.Limits.NestingDepthMax}");
        }
    }

    // Values of known size are added up and stepped over at once.
    private void SkipAttributes()
    {
        UnitEncoding encoding = unit.Encoding;
        int known = 0;
        foreach (ref readonly AttributeSpecification attribute in unit.Abbreviations.AttributesOf(abbreviation))
        {
            switch (attribute.Size)
            {
                case >= 0:
                    known += attribute.Size;
                    break;
                case AttributeSpecification.OfOffset:
                    known += encoding.OffsetSize;
                    break;
                case AttributeSpecification.OfReference:
                    known += encoding.ReferenceAddressSize;
                    break;
                default:
                    bytes.Skip((ulong)known);
                    known = 0;
                    FormReader.Skip(ref bytes, section, attribute.Form, encoding);
                    break;
            }
        }

        bytes.Skip((ulong)known);
    }
}
