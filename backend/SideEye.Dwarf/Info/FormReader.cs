using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>Reads and skips attribute values by form (DWARF 5 §7.5.5).</summary>
internal static class FormReader
{
    public static RawAttribute Read(
        ref ByteCursor cursor, string section, DwarfForm form, long implicitConstant, UnitEncoding encoding)
    {
        ulong position = (ulong)cursor.Position;
        if (form == DwarfForm.Indirect)
            form = ReadIndirect(ref cursor, section);
        switch (form)
        {
            case DwarfForm.String:
                int length = cursor.ReadNulTerminated().Length;
                return new RawAttribute(form, position, length, position);
            case DwarfForm.Block1:
                return ReadBlock(ref cursor, form, cursor.ReadByte(), position);
            case DwarfForm.Block2:
                return ReadBlock(ref cursor, form, cursor.ReadUInt16(), position);
            case DwarfForm.Block4:
                return ReadBlock(ref cursor, form, cursor.ReadUInt32(), position);
            case DwarfForm.Block or DwarfForm.Exprloc:
                return ReadBlock(ref cursor, form, cursor.ReadUleb128(), position);
            case DwarfForm.Data16:
                return ReadBlock(ref cursor, form, 16, position);
            default:
                ulong number = ReadNumber(ref cursor, section, form, implicitConstant, encoding);
                return new RawAttribute(form, number, 0, position);
        }
    }

    /// <summary>Steps over a value of any form; those of a size that the form tells are better added up.</summary>
    public static void Skip(ref ByteCursor cursor, string section, DwarfForm form, UnitEncoding encoding)
    {
        switch (form)
        {
            case DwarfForm.String:
                cursor.ReadNulTerminated();
                break;
            case DwarfForm.Udata or DwarfForm.Sdata or DwarfForm.RefUdata or DwarfForm.Strx or DwarfForm.Addrx
                or DwarfForm.Loclistx or DwarfForm.Rnglistx or DwarfForm.GnuAddrIndex or DwarfForm.GnuStrIndex:
                cursor.SkipLeb128();
                break;
            case DwarfForm.Block1:
                cursor.Skip(cursor.ReadByte());
                break;
            case DwarfForm.Exprloc:
                cursor.Skip(cursor.ReadUleb128());
                break;
            default:
                Read(ref cursor, section, form, 0, encoding);
                break;
        }
    }

    /// <summary>Bytes of a form whose size does not depend on the data; -1 for others, unknown ones included.</summary>
    public static int FixedSize(DwarfForm form, UnitEncoding encoding) => form switch
    {
        DwarfForm.FlagPresent or DwarfForm.ImplicitConst => 0,
        DwarfForm.Data1 or DwarfForm.Flag or DwarfForm.Ref1 or DwarfForm.Strx1 or DwarfForm.Addrx1 => 1,
        DwarfForm.Data2 or DwarfForm.Ref2 or DwarfForm.Strx2 or DwarfForm.Addrx2 => 2,
        DwarfForm.Strx3 or DwarfForm.Addrx3 => 3,
        DwarfForm.Data4 or DwarfForm.Ref4 or DwarfForm.RefSup4 or DwarfForm.Strx4 or DwarfForm.Addrx4 => 4,
        DwarfForm.Addr or DwarfForm.Data8 or DwarfForm.Ref8 or DwarfForm.RefSig8 or DwarfForm.RefSup8 => 8,
        DwarfForm.Data16 => 16,
        DwarfForm.RefAddr => encoding.ReferenceAddressSize,
        DwarfForm.SecOffset or DwarfForm.Strp or DwarfForm.LineStrp or DwarfForm.StrpSup or DwarfForm.GnuRefAlt
            or DwarfForm.GnuStrpAlt => encoding.OffsetSize,
        _ => -1,
    };

    private static ulong ReadNumber(
        ref ByteCursor cursor, string section, DwarfForm form, long implicitConstant, UnitEncoding encoding)
    {
        switch (form)
        {
            case DwarfForm.ImplicitConst:
                return (ulong)implicitConstant;
            case DwarfForm.FlagPresent:
                return 1;
            case DwarfForm.Sdata:
                return (ulong)cursor.ReadSleb128();
            case DwarfForm.Udata or DwarfForm.RefUdata or DwarfForm.Strx or DwarfForm.Addrx or DwarfForm.Loclistx
                or DwarfForm.Rnglistx or DwarfForm.GnuAddrIndex or DwarfForm.GnuStrIndex:
                return cursor.ReadUleb128();
        }

        long position = cursor.Position;
        return FixedSize(form, encoding) switch
        {
            1 => cursor.ReadByte(),
            2 => cursor.ReadUInt16(),
            3 => cursor.ReadUInt24(),
            4 => cursor.ReadUInt32(),
            8 => cursor.ReadUInt64(),
            _ => throw new BadDwarfException(section, (ulong)position, $"form 0x{(ushort)form:x} is not known"),
        };
    }

    private static RawAttribute ReadBlock(ref ByteCursor cursor, DwarfForm form, ulong length, ulong position)
    {
        ulong start = (ulong)cursor.Position;
        cursor.Skip(length);
        return new RawAttribute(form, start, (int)length, position);
    }

    // The form stands before the value (DWARF 5 §7.5.3); it may be neither indirect again nor without a value.
    private static DwarfForm ReadIndirect(ref ByteCursor cursor, string section)
    {
        long position = cursor.Position;
        ulong form = cursor.ReadUleb128();
        if (form is > ushort.MaxValue or (ulong)DwarfForm.Indirect or (ulong)DwarfForm.ImplicitConst)
            throw new BadDwarfException(section, (ulong)position, $"form 0x{form:x} cannot be an indirect one");
        return (DwarfForm)form;
    }
}
