using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>One attribute of an abbreviation. <paramref name="Size"/> is that of the value in bytes, or a reason why
/// the table alone cannot tell.</summary>
internal readonly record struct AttributeSpecification(
    DwarfAttribute Name, DwarfForm Form, sbyte Size, long ImplicitConstant)
{
    public const sbyte Varies = -1;
    public const sbyte OfOffset = -2;
    public const sbyte OfReference = -3;

    public static sbyte SizeOf(DwarfForm form)
    {
        int small = FormReader.FixedSize(form, new UnitEncoding(5, Is64: false));
        int large = FormReader.FixedSize(form, new UnitEncoding(5, Is64: true));
        return form == DwarfForm.RefAddr ? OfReference : small != large ? OfOffset : (sbyte)small;
    }
}

/// <summary>The shape of entries with one code.</summary>
internal readonly record struct Abbreviation(
    ulong Code, DwarfTag Tag, bool HasChildren, int FirstAttribute, int AttributeCount);

/// <summary>An abbreviation table (DWARF 5 §7.5.3) in two flat arrays.</summary>
internal sealed class AbbreviationTable
{
    private readonly Abbreviation[] abbreviations;
    private readonly AttributeSpecification[] attributes;
    private readonly Dictionary<ulong, int>? sparse;

    private AbbreviationTable(
        Abbreviation[] abbreviations, AttributeSpecification[] attributes, Dictionary<ulong, int>? sparse)
    {
        this.abbreviations = abbreviations;
        this.attributes = attributes;
        this.sparse = sparse;
    }

    /// <summary>Attributes in the whole table.</summary>
    public int AttributeCount => attributes.Length;

    public static AbbreviationTable Read(DebugSections sections, DebugAbbrevOffset offset)
    {
        DebugSection section = sections.Abbreviations;
        if (offset.Value > int.MaxValue)
            throw new BadDwarfException(section.Name, offset.Value, "abbreviation table lies beyond the end");
        ByteCursor cursor = section.CursorAt((long)offset.Value);
        List<Abbreviation> abbreviations = [];
        List<AttributeSpecification> attributes = [];
        bool dense = true;
        while (true)
        {
            ulong at = (ulong)cursor.Position;
            ulong code = cursor.ReadUleb128();
            if (code == 0)
                break;
            if (abbreviations.Count >= sections.Limits.AbbreviationsMax)
            {
                throw new BadDwarfException(section.Name, at,
                    $"table passes the limit of {sections.Limits.AbbreviationsMax} abbreviations");
            }

            dense &= code == (ulong)abbreviations.Count + 1;
            abbreviations.Add(ReadOne(ref cursor, section.Name, code, attributes, sections.Limits));
        }

        return new AbbreviationTable(
            abbreviations.ToArray(), attributes.ToArray(), dense ? null : IndexByCode(abbreviations));
    }

    /// <summary>Finds an abbreviation; false when the table has no such code.</summary>
    public bool TryFind(ulong code, out Abbreviation abbreviation)
    {
        // Compilers number from 1 without gaps.
        int index = sparse is null
            ? (int)Math.Min(code - 1, int.MaxValue)
            : sparse.GetValueOrDefault(code, int.MaxValue);
        bool found = index < abbreviations.Length;
        abbreviation = found ? abbreviations[index] : default;
        return found;
    }

    public ReadOnlySpan<AttributeSpecification> AttributesOf(scoped in Abbreviation abbreviation) =>
        attributes.AsSpan(abbreviation.FirstAttribute, abbreviation.AttributeCount);

    private static Dictionary<ulong, int> IndexByCode(List<Abbreviation> abbreviations)
    {
        Dictionary<ulong, int> byCode = new(abbreviations.Count);
        for (int i = 0; i < abbreviations.Count; i++)
            byCode.TryAdd(abbreviations[i].Code, i);
        return byCode;
    }

    private static Abbreviation ReadOne(
        ref ByteCursor cursor, string section, ulong code, List<AttributeSpecification> attributes, DwarfLimits limits)
    {
        ulong start = (ulong)cursor.Position;
        ulong tag = cursor.ReadUleb128();
        bool hasChildren = cursor.ReadByte() != 0;
        int first = attributes.Count;
        while (true)
        {
            ulong at = (ulong)cursor.Position;
            ulong name = cursor.ReadUleb128();
            ulong form = cursor.ReadUleb128();
            long constant = form == (ulong)DwarfForm.ImplicitConst ? cursor.ReadSleb128() : 0;
            if (name == 0 && form == 0)
                break;
            if (name > ushort.MaxValue || form > ushort.MaxValue)
                throw new BadDwarfException(section, at, $"attribute 0x{name:x} with form 0x{form:x} is not known");
            if (attributes.Count - first >= limits.AttributesMax)
                throw new BadDwarfException(section, at, $"abbreviation passes {limits.AttributesMax} attributes");
            sbyte size = AttributeSpecification.SizeOf((DwarfForm)form);
            attributes.Add(new AttributeSpecification((DwarfAttribute)name, (DwarfForm)form, size, constant));
        }

        if (tag > ushort.MaxValue)
            throw new BadDwarfException(section, start, $"tag 0x{tag:x} is not known");
        return new Abbreviation(code, (DwarfTag)tag, hasChildren, first, attributes.Count - first);
    }
}

/// <summary>The abbreviation tables of a file by offset; Go has one for all units.</summary>
internal sealed class AbbreviationTables(DebugSections sections)
{
    private readonly Dictionary<ulong, AbbreviationTable> tables = [];
    private readonly Lock reading = new();
    private long attributeCount;

    public AbbreviationTable At(DebugAbbrevOffset offset)
    {
        lock (reading)
        {
            if (tables.TryGetValue(offset.Value, out AbbreviationTable? known))
                return known;
            // Tables may overlap in a hostile file: what they take together is limited too.
            if (attributeCount > sections.Limits.AttributesTotalMax)
            {
                throw new BadDwarfException(sections.Abbreviations.Name, offset.Value,
                    $"tables pass the limit of {sections.Limits.AttributesTotalMax} attributes together");
            }

            AbbreviationTable table = AbbreviationTable.Read(sections, offset);
            attributeCount += table.AttributeCount + 1;
            tables.Add(offset.Value, table);
            return table;
        }
    }
}
