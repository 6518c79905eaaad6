using System.Text;

namespace SideEye.Dwarf;

/// <summary>The value of an attribute, read by the class its form belongs to (DWARF 5 §7.5.5).</summary>
/// <remarks>Every As… member throws <see cref="BadDwarfException"/> when the form is of another class or points out of
/// its section.</remarks>
public readonly struct AttributeValue
{
    private readonly DwarfUnit unit;

    internal AttributeValue(DwarfUnit unit, in RawAttribute raw)
    {
        this.unit = unit;
        Raw = raw;
    }

    /// <summary>What can be asked of the value.</summary>
    public AttributeClass Class => Raw.Form switch
    {
        DwarfForm.Addr or DwarfForm.Addrx or DwarfForm.Addrx1 or DwarfForm.Addrx2 or DwarfForm.Addrx3
            or DwarfForm.Addrx4 or DwarfForm.GnuAddrIndex => AttributeClass.Address,
        DwarfForm.Block or DwarfForm.Block1 or DwarfForm.Block2 or DwarfForm.Block4 or DwarfForm.Data16
            => AttributeClass.Block,
        DwarfForm.Exprloc => AttributeClass.Expression,
        DwarfForm.Data1 or DwarfForm.Data2 or DwarfForm.Data4 or DwarfForm.Data8 or DwarfForm.Udata
            or DwarfForm.Sdata or DwarfForm.ImplicitConst => AttributeClass.Constant,
        DwarfForm.Flag or DwarfForm.FlagPresent => AttributeClass.Flag,
        DwarfForm.SecOffset => AttributeClass.SectionOffset,
        DwarfForm.Loclistx or DwarfForm.Rnglistx => AttributeClass.ListIndex,
        DwarfForm.Ref1 or DwarfForm.Ref2 or DwarfForm.Ref4 or DwarfForm.Ref8 or DwarfForm.RefUdata
            or DwarfForm.RefAddr => AttributeClass.Reference,
        DwarfForm.String or DwarfForm.Strp or DwarfForm.LineStrp or DwarfForm.Strx or DwarfForm.Strx1
            or DwarfForm.Strx2 or DwarfForm.Strx3 or DwarfForm.Strx4 or DwarfForm.GnuStrIndex => AttributeClass.Text,
        _ => AttributeClass.Unreadable,
    };

    /// <summary>Where the value stands.</summary>
    public DebugInfoOffset Offset => new(Raw.Position);

    /// <summary>
    /// True when it points to a list of ranges or locations. Before DWARF 4 such offsets look like constants, so this
    /// is to be asked of attributes that hold no constants otherwise.
    /// </summary>
    public bool IsList => Class is AttributeClass.SectionOffset or AttributeClass.ListIndex || IsOldOffset;

    internal RawAttribute Raw { get; }

    private bool IsOldOffset => unit.Version < 4 && Raw.Form is (DwarfForm.Data4 or DwarfForm.Data8);

    /// <summary>A constant as an unsigned number.</summary>
    public ulong AsUnsigned()
    {
        if (Class != AttributeClass.Constant)
            throw Unexpected("a constant");
        if (Raw.Form is DwarfForm.Sdata or DwarfForm.ImplicitConst && (long)Raw.Value < 0)
            throw Unexpected("a number without sign");
        return Raw.Value;
    }

    /// <summary>A constant as a signed number; the forms of fixed size are sign-extended.</summary>
    public long AsSigned()
    {
        if (Class != AttributeClass.Constant)
            throw Unexpected("a constant");
        return Raw.Form switch
        {
            DwarfForm.Data1 => (sbyte)Raw.Value,
            DwarfForm.Data2 => (short)Raw.Value,
            DwarfForm.Data4 => (int)Raw.Value,
            _ => (long)Raw.Value,
        };
    }

    /// <summary>A flag.</summary>
    public bool AsFlag() => Class == AttributeClass.Flag ? Raw.Value != 0 : throw Unexpected("a flag");

    /// <summary>A link-time address, looked up in .debug_addr where the form is an index.</summary>
    public ulong AsAddress()
    {
        if (Class != AttributeClass.Address)
            throw Unexpected("an address");
        return Raw.Form == DwarfForm.Addr ? Raw.Value : unit.AddressAt(Raw.Value);
    }

    /// <summary>The entry that is referred to, in this unit or another.</summary>
    public DebugInfoOffset AsReference()
    {
        if (Class != AttributeClass.Reference)
            throw Unexpected("a reference");
        if (Raw.Form == DwarfForm.RefAddr)
            return new DebugInfoOffset(Raw.Value);
        if (Raw.Value >= unit.End.Value - unit.Offset.Value)
            throw Unexpected("a reference into its unit");
        return new DebugInfoOffset(unit.Offset.Value + Raw.Value);
    }

    /// <summary>The bytes of a string, without NUL and without a string being made.</summary>
    public ReadOnlySpan<byte> AsUtf8() =>
        Class == AttributeClass.Text
            ? DebugText.Read(unit.Sections, unit, unit.Sections.Information, Raw)
            : throw Unexpected("a string");

    /// <summary>A string.</summary>
    public string AsText() => Encoding.UTF8.GetString(AsUtf8());

    /// <summary>The bytes of a block or of an expression (DW_FORM_block*, exprloc, data16).</summary>
    public ReadOnlySpan<byte> AsBlock()
    {
        if (Class is not (AttributeClass.Block or AttributeClass.Expression))
            throw Unexpected("a block");
        return unit.Sections.Information.Read(Raw.Value, Raw.Length);
    }

    /// <summary>An offset into another section (DW_FORM_sec_offset; data4 and data8 before DWARF 4).</summary>
    public ulong AsSectionOffset() =>
        Class == AttributeClass.SectionOffset || IsOldOffset ? Raw.Value : throw Unexpected("a section offset");

    /// <summary>True when the string is <paramref name="utf8"/>; nothing is copied.</summary>
    internal bool IsText(ReadOnlySpan<byte> utf8) =>
        Class == AttributeClass.Text
        && DebugText.IsText(
            DebugText.From(unit.Sections, unit, unit.Sections.Information, Raw, utf8.Length + 1), utf8);

    private BadDwarfException Unexpected(string wanted) =>
        new(unit.Sections.Information.Name, Raw.Position, $"value of form 0x{(ushort)Raw.Form:x} is not {wanted}");
}

/// <summary>Classes of attribute values (DWARF 5 §7.5.5).</summary>
public enum AttributeClass
{
    /// <summary>In a supplementary file, or a type by signature: not read here.</summary>
    Unreadable,

    /// <summary>A link-time address.</summary>
    Address,

    /// <summary>Bytes.</summary>
    Block,

    /// <summary>A number.</summary>
    Constant,

    /// <summary>A DWARF expression.</summary>
    Expression,

    /// <summary>Yes or no.</summary>
    Flag,

    /// <summary>A number of a list in the unit's range or location lists.</summary>
    ListIndex,

    /// <summary>Another entry.</summary>
    Reference,

    /// <summary>An offset into another section.</summary>
    SectionOffset,

    /// <summary>A string.</summary>
    Text,
}
