using System.Collections.Immutable;
using SideEye.Dwarf;
using SideEye.Target;

namespace SideEye.GoRuntime.Types;

/// <summary>What stands below the entries of structures and arrays.</summary>
internal static class StructFields
{
    private const string Section = ".debug_info";

    /// <summary>Fields of one structure; Go itself has no limit, the runtime's largest has some 80.</summary>
    private const int FieldsMax = 65_536;

    public static ImmutableArray<GoField> Read(GoTypes types, DwarfFile dwarf, TypeEntry structure)
    {
        DieCursor entry = dwarf.EntryAt(structure.Offset);
        if (!entry.HasChildren || !entry.MoveNext() || entry.Depth != 1)
            return [];
        ImmutableArray<GoField>.Builder fields = ImmutableArray.CreateBuilder<GoField>();
        do
        {
            if (entry.Tag != DwarfTag.Member)
                continue;
            if (fields.Count >= FieldsMax)
            {
                throw new MalformedFileException(
                    Section, entry.Offset.Value, $"structure has more than {FieldsMax} fields");
            }

            // C's bit fields, and C's oldest expressions, are at no fixed offset: better no field than a wrong one.
            if (ReadField(types, entry) is not { } field)
                continue;
            if (structure.Size is { } size && field.Offset > size - field.Type.Size)
            {
                throw new MalformedFileException(
                    Section, entry.Offset.Value, $"field {field.Name} lies outside of {structure.Name}");
            }

            fields.Add(field);
        }
        while (entry.MoveToSibling());
        return fields.ToImmutable();
    }

    /// <summary>Elements of an array: the count of its one subrange (DWARF 5 §5.13); 0 when it does not say.</summary>
    public static long ReadLength(DwarfFile dwarf, DebugInfoOffset array)
    {
        DieCursor entry = dwarf.EntryAt(array);
        if (!entry.HasChildren || !entry.MoveNext() || entry.Depth != 1)
            return 0;
        do
        {
            if (entry.Tag != DwarfTag.SubrangeType)
                continue;
            if (entry.TryGet(DwarfAttribute.Count, out AttributeValue count) && count.Class == AttributeClass.Constant)
                return TypeEntry.SizeOf(entry.Offset, count.AsUnsigned());
            if (entry.TryGet(DwarfAttribute.UpperBound, out AttributeValue last)
                && last.Class == AttributeClass.Constant)
            {
                return TypeEntry.SizeOf(entry.Offset, unchecked(last.AsUnsigned() + 1));
            }
        }
        while (entry.MoveToSibling());
        return 0;
    }

    private static GoField? ReadField(GoTypes types, in DieCursor entry)
    {
        string name = "";
        DebugInfoOffset? type = null;
        long? offset = null;
        bool isEmbedded = false;
        foreach (DieAttribute attribute in entry.Attributes)
        {
            AttributeValue value = attribute.Value;
            switch (attribute.Name)
            {
                case DwarfAttribute.Name: name = value.AsText(); break;
                case DwarfAttribute.Type: type = value.AsReference(); break;
                case DwarfAttribute.GoEmbeddedField: isEmbedded = value.AsFlag(); break;
                case DwarfAttribute.DataMemberLocation when value.Class == AttributeClass.Constant:
                    offset = TypeEntry.SizeOf(entry.Offset, value.AsUnsigned());
                    break;
            }
        }

        if (type is not { } known)
            throw new MalformedFileException(Section, entry.Offset.Value, "field has no type");
        return offset is { } start ? new GoField(name, types.At(known), start, isEmbedded) : null;
    }

}
