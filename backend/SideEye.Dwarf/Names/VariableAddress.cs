using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>Reads locations that are one fixed address.</summary>
internal static class VariableAddress
{
    private const byte Addr = 0x03; // DW_OP_addr
    private const byte Addrx = 0xa1; // DW_OP_addrx
    private const byte GnuAddrIndex = 0xfb; // DW_OP_GNU_addr_index

    /// <summary>The link-time address, or null when the location is anything else or absent.</summary>
    public static ulong? Read(in DieCursor variable)
    {
        bool located = variable.TryGet(DwarfAttribute.Location, out AttributeValue location)
            && location.Class is AttributeClass.Expression or AttributeClass.Block;
        if (!located)
            return null;
        ByteCursor expression = new(location.AsBlock(), variable.Unit.Sections.Information.Name);
        if (expression.AtEnd)
            return null;
        byte operation = expression.ReadByte();
        ulong? address = operation switch
        {
            Addr => expression.ReadUInt64(),
            Addrx or GnuAddrIndex => variable.Unit.AddressAt(expression.ReadUleb128()),
            _ => null,
        };
        return expression.AtEnd ? address : null;
    }
}
