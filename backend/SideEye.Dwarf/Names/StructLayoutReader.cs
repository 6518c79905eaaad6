using System.Collections.Immutable;
using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>Reads structures (DWARF 5 §5.7).</summary>
internal static class StructLayoutReader
{
    private const byte PlusUconst = 0x23; // DW_OP_plus_uconst

    public static StructLayout Read(DwarfFile file, DebugInfoOffset offset)
    {
        DieCursor entry = file.EntryAt(offset);
        string name = entry.TryGet(DwarfAttribute.Name, out AttributeValue text) ? text.AsText() : "";
        ulong size = entry.TryGet(DwarfAttribute.ByteSize, out AttributeValue bytes) ? bytes.AsUnsigned() : 0;
        ImmutableArray<StructMember>.Builder members = ImmutableArray.CreateBuilder<StructMember>();
        if (!entry.HasChildren || !entry.MoveNext() || entry.Depth != 1)
            return new StructLayout(name, size, []);
        do
        {
            if (entry.Tag != DwarfTag.Member)
                continue;
            if (members.Count >= file.Sections.Limits.StructMembersMax)
            {
                throw new BadDwarfException(file.Sections.Information.Name, entry.Offset.Value,
                    $"structure has more than {file.Sections.Limits.StructMembersMax} members");
            }

            members.Add(ReadMember(file, entry));
        }
        while (entry.MoveToSibling());
        return new StructLayout(name, size, members.ToImmutable());
    }

    private static StructMember ReadMember(DwarfFile file, in DieCursor entry)
    {
        string name = entry.TryGet(DwarfAttribute.Name, out AttributeValue text) ? text.AsText() : "";
        if (!entry.TryGet(DwarfAttribute.Type, out AttributeValue type))
            throw new BadDwarfException(file.Sections.Information.Name, entry.Offset.Value, "member has no type");
        DebugInfoOffset typeOffset = type.AsReference();
        DieCursor typeEntry = file.EntryAt(typeOffset);
        string typeName = typeEntry.TryGet(DwarfAttribute.Name, out AttributeValue named) ? named.AsText() : "";
        return new StructMember(name, OffsetOf(entry), TypeSize.Of(file, typeOffset), typeName, typeOffset);
    }

    private static ulong OffsetOf(in DieCursor entry)
    {
        if (entry.TryGet(DwarfAttribute.DataBitOffset, out AttributeValue bits))
            return bits.AsUnsigned() / 8;
        if (!entry.TryGet(DwarfAttribute.DataMemberLocation, out AttributeValue location))
            return 0; // members of a union need not say it
        if (location.Class == AttributeClass.Constant)
            return location.AsUnsigned();
        // DWARF 2 has an expression: the base is on the stack already.
        string section = entry.Unit.Sections.Information.Name;
        ByteCursor expression = new(location.AsBlock(), section);
        if (expression.Remaining < 2 || expression.ReadByte() != PlusUconst)
            throw new BadDwarfException(section, entry.Offset.Value, "member is not at a fixed offset");
        return expression.ReadUleb128();
    }
}
