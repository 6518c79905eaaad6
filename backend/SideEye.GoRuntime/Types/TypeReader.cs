using System.Collections.Immutable;
using SideEye.Dwarf;

namespace SideEye.GoRuntime.Types;

/// <summary>Reads one type (DWARF 5 §5; Go's attributes: cmd/internal/dwarf, cmd/link/internal/ld/dwarf.go).</summary>
internal static class TypeReader
{
    private const int ChainMax = 64;
    private const int FieldsMax = 1 << 16;
    private const int PointerBytes = 8;
    private const int InterfaceBytes = 16;

    public static GoType Read(DwarfFile file, GoTypes types, DebugInfoOffset offset)
    {
        DieCursor entry = file.EntryAt(offset);
        string name = entry.TryGet(DwarfAttribute.Name, out AttributeValue text) ? text.AsText() : "";
        GoKind kind = entry.TryGet(DwarfAttribute.GoKind, out AttributeValue number)
            ? (GoKind)(number.AsUnsigned() & 0x1f) : GoKind.Invalid;
        ulong? runtimeType = entry.TryGet(DwarfAttribute.GoRuntimeType, out AttributeValue runtime)
            && Number(runtime) is ulong found and not 0 ? found : null;
        long size = entry.TryGet(DwarfAttribute.ByteSize, out AttributeValue bytes)
            && bytes.Class == AttributeClass.Constant ? (long)Math.Min(bytes.AsUnsigned(), long.MaxValue / 2) : 0;
        DebugInfoOffset? target = Reference(entry, DwarfAttribute.Type);
        switch (entry.Tag)
        {
            case DwarfTag.Typedef:
                return Typedef(file, types, name, kind, runtimeType, entry, target);
            case DwarfTag.PointerType when target is null:
                return new GoType(name, GoKind.UnsafePointer, PointerBytes, Nothing) { RuntimeType = runtimeType };
            case DwarfTag.PointerType:
                return new GoType(name, GoKind.Pointer, PointerBytes, () => new(types.At(target.Value)))
                {
                    RuntimeType = runtimeType,
                };
            case DwarfTag.SubroutineType:
                return new GoType(name, GoKind.Func, PointerBytes, Nothing) { RuntimeType = runtimeType };
            case DwarfTag.ArrayType when target is not null:
                return new GoType(name, GoKind.Array, size, () => new(types.At(target.Value)))
                {
                    RuntimeType = runtimeType, Length = ElementCount(entry),
                };
            case DwarfTag.StructureType:
                // The runtime's own instances of hchan, map and the like have no kind.
                kind = kind == GoKind.Invalid ? GoKind.Struct : kind;
                DebugInfoOffset? element = Reference(entry, DwarfAttribute.GoElement);
                return new GoType(name, kind, size, () => Structure(file, types, offset, kind, element))
                {
                    RuntimeType = runtimeType,
                };
            default:
                return new GoType(name, kind, size, Nothing) { RuntimeType = runtimeType };
        }
    }

    /// <summary>go_runtime_type has the form of an address, and is none.</summary>
    public static ulong? Number(in AttributeValue value) => value.Class switch
    {
        AttributeClass.Address => value.AsAddress(),
        AttributeClass.Constant => value.AsUnsigned(),
        _ => null,
    };

    private static GoTypeParts Nothing() => new();

    private static DebugInfoOffset? Reference(in DieCursor entry, DwarfAttribute attribute) =>
        entry.TryGet(attribute, out AttributeValue value) && value.Class == AttributeClass.Reference
            ? value.AsReference() : null;

    /// <summary>
    /// Maps, channels and interfaces are typedefs of what the runtime makes of them; other typedefs are second names, and
    /// the shapes of type parameters.
    /// </summary>
    private static GoType Typedef(
        DwarfFile file, GoTypes types, string name, GoKind kind, ulong? runtimeType, in DieCursor entry,
        DebugInfoOffset? target)
    {
        DebugInfoOffset? last = Resolve(file, target);
        if (kind == GoKind.Invalid)
        {
            if (last is null)
                return new GoType(name, GoKind.Invalid, 0, Nothing);
            GoType same = types.At(last.Value);
            return new GoType(
                name, same.Kind, same.Size, () => new(same.Element, same.Key, same.Layout) { Fields = same.Fields })
            {
                RuntimeType = runtimeType ?? same.RuntimeType, Length = same.Length,
                IsEmptyInterface = same.IsEmptyInterface,
            };
        }
        if (kind == GoKind.Interface)
        {
            return new GoType(name, kind, InterfaceBytes, Nothing)
            {
                RuntimeType = runtimeType, IsEmptyInterface = IsEmptyInterface(file, target),
            };
        }
        DebugInfoOffset? element = Reference(entry, DwarfAttribute.GoElement);
        DebugInfoOffset? key = Reference(entry, DwarfAttribute.GoKey);
        return new GoType(name, kind, PointerBytes, () => Container(types, last, element, key))
        {
            RuntimeType = runtimeType,
        };
    }

    private static GoTypeParts Container(
        GoTypes types, DebugInfoOffset? target, DebugInfoOffset? element, DebugInfoOffset? key)
    {
        GoType? behind = target is { } at ? types.At(at) : null;
        // A named map type stands for the unnamed one, which points to the runtime's struct.
        bool isPointer = behind?.Kind == GoKind.Pointer;
        return new GoTypeParts(
            element is { } elementAt ? types.At(elementAt) : isPointer ? null : behind?.Element,
            key is { } keyAt ? types.At(keyAt) : isPointer ? null : behind?.Key,
            isPointer ? behind!.Element : behind?.Layout);
    }

    /// <summary>Interfaces without methods are runtime.eface, all others runtime.iface (runtime/runtime2.go).</summary>
    private static bool IsEmptyInterface(DwarfFile file, DebugInfoOffset? target)
    {
        for (int links = 0; target is { } at && links < ChainMax; links++)
        {
            DieCursor entry = file.EntryAt(at);
            if (entry.TryGet(DwarfAttribute.Name, out AttributeValue name) && name.AsUtf8().SequenceEqual("runtime.eface"u8))
                return true;
            target = Reference(entry, DwarfAttribute.Type);
        }
        return false;
    }

    /// <summary>Follows typedefs without a kind, which only rename; the chain may not be a circle.</summary>
    private static DebugInfoOffset? Resolve(DwarfFile file, DebugInfoOffset? target)
    {
        for (int links = 0; target is { } at && links < ChainMax; links++)
        {
            DieCursor entry = file.EntryAt(at);
            if (entry.Tag != DwarfTag.Typedef || entry.TryGet(DwarfAttribute.GoKind, out _))
                return at;
            target = Reference(entry, DwarfAttribute.Type);
        }
        return null;
    }

    private static GoTypeParts Structure(
        DwarfFile file, GoTypes types, DebugInfoOffset offset, GoKind kind, DebugInfoOffset? element)
    {
        ImmutableArray<GoField> fields = Fields(file, types, offset);
        if (kind == GoKind.Struct)
            return new GoTypeParts { Fields = fields };
        // A slice names its element; where it does not, the array pointer's type does.
        GoType? held = element is { } at ? types.At(at)
            : kind == GoKind.Slice && fields is [{ Type: { Kind: GoKind.Pointer } array }, ..] ? array.Element : null;
        return new GoTypeParts(held);
    }

    private static ImmutableArray<GoField> Fields(DwarfFile file, GoTypes types, DebugInfoOffset offset)
    {
        DieCursor entry = file.EntryAt(offset);
        ImmutableArray<GoField>.Builder fields = ImmutableArray.CreateBuilder<GoField>();
        if (!entry.HasChildren || !entry.MoveNext() || entry.Depth != 1)
            return [];
        do
        {
            if (entry.Tag != DwarfTag.Member || Reference(entry, DwarfAttribute.Type) is not { } type)
                continue;
            if (fields.Count == FieldsMax)
                break;
            string name = entry.TryGet(DwarfAttribute.Name, out AttributeValue text) ? text.AsText() : "";
            long at = entry.TryGet(DwarfAttribute.DataMemberLocation, out AttributeValue location)
                && location.Class == AttributeClass.Constant ? (long)(location.AsUnsigned() & int.MaxValue) : 0;
            bool isEmbedded = entry.TryGet(DwarfAttribute.GoEmbeddedField, out AttributeValue flag) && flag.AsFlag();
            fields.Add(new GoField(name, types.At(type), at, isEmbedded));
        }
        while (entry.MoveToSibling());
        return fields.ToImmutable();
    }

    private static long ElementCount(DieCursor array)
    {
        if (!array.HasChildren || !array.MoveNext() || array.Depth != 1)
            return 0;
        do
        {
            if (array.Tag != DwarfTag.SubrangeType)
                continue;
            if (array.TryGet(DwarfAttribute.Count, out AttributeValue count) && count.Class == AttributeClass.Constant)
                return (long)(count.AsUnsigned() & long.MaxValue);
            if (array.TryGet(DwarfAttribute.UpperBound, out AttributeValue last)
                && last.Class == AttributeClass.Constant)
            {
                return (long)((last.AsUnsigned() + 1) & long.MaxValue);
            }
        }
        while (array.MoveToSibling());
        return 0;
    }
}
