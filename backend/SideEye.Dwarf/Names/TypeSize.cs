using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>The size of values of a type (DWARF 5 §5).</summary>
internal static class TypeSize
{
    /// <summary>Bytes; 0 when the type has no size or does not tell.</summary>
    public static ulong Of(DwarfFile file, DebugInfoOffset type)
    {
        ulong count = 1;
        for (int links = 0; links < file.Sections.Limits.TypeChainMax; links++)
        {
            DieCursor entry = file.EntryAt(type);
            if (entry.TryGet(DwarfAttribute.ByteSize, out AttributeValue size) && size.Class == AttributeClass.Constant)
                return Multiply(file, entry, count, size.AsUnsigned());
            bool isAddress = entry.Tag is DwarfTag.PointerType or DwarfTag.ReferenceType
                or DwarfTag.RvalueReferenceType or DwarfTag.SubroutineType;
            if (isAddress)
                return Multiply(file, entry, count, Architecture.PointerSize);
            bool goesOn = entry.TryGet(DwarfAttribute.Type, out AttributeValue next);
            if (entry.Tag == DwarfTag.ArrayType)
                count = Multiply(file, entry, count, ElementCount(file, entry));
            if (!goesOn || count == 0)
                return 0;
            type = next.AsReference();
        }

        throw new BadDwarfException(file.Sections.Information.Name, type.Value,
            $"types stand for one another more than {file.Sections.Limits.TypeChainMax} times");
    }

    // DWARF 5 §5.5: one subrange a dimension, with a count or an upper bound (the lower one is 0 in Go and C).
    private static ulong ElementCount(DwarfFile file, DieCursor array)
    {
        ulong count = 1;
        bool any = false;
        if (!array.HasChildren || !array.MoveNext() || array.Depth != 1)
            return 0;
        do
        {
            if (array.Tag != DwarfTag.SubrangeType)
                continue;
            any = true;
            if (array.TryGet(DwarfAttribute.Count, out AttributeValue number) && IsConstant(number))
                count = Multiply(file, array, count, number.AsUnsigned());
            else if (array.TryGet(DwarfAttribute.UpperBound, out AttributeValue last) && IsConstant(last))
                count = Multiply(file, array, count, last.AsUnsigned() + 1);
            else
                return 0;
        }
        while (array.MoveToSibling());
        return any ? count : 0;
    }

    private static bool IsConstant(AttributeValue value) => value.Class == AttributeClass.Constant;

    private static ulong Multiply(DwarfFile file, in DieCursor entry, ulong left, ulong right)
    {
        if (right != 0 && left > long.MaxValue / right)
            throw new BadDwarfException(file.Sections.Information.Name, entry.Offset.Value, "type is too large");
        return left * right;
    }
}
