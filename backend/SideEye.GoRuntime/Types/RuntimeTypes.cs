using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using SideEye.Elf;

namespace SideEye.GoRuntime.Types;

/// <summary>
/// The runtime's own descriptions of types (internal/abi/type.go, Go 1.19 to 1.27; up to 1.20 runtime/type.go), as the
/// linker left them in the file. They tell less than DWARF, but are there for every type that an interface holds: up to
/// Go 1.24 DWARF leaves out types that no variable has.
/// </summary>
internal sealed class RuntimeTypes
{
    // abi.Type.
    private const int HeaderBytes = 48;
    private const int PointerBytesOffset = 8;
    private const int FlagsOffset = 20;
    private const int AlignmentOffset = 21;
    private const int FieldAlignmentOffset = 22;
    private const int KindOffset = 23;
    private const int NameOffset = 40;
    private const byte KindMask = 0x1f; // the bits above are flags
    private const byte HasUncommon = 1;
    private const byte HasExtraStar = 2;
    private const byte IsNamed = 4;

    // What follows the header, by kind: abi.ArrayType and so on.
    private const int ElementOffset = 48; // of a map the key
    private const int MapElementOffset = 56;
    private const int ArrayLengthOffset = 64;
    private const int ListOffset = 56; // fields of a struct, methods of an interface
    private const int FieldBytes = 24; // abi.StructField: name, type, offset
    private const int FieldsMax = 4096;

    // abi.Name: a byte of flags, the length as a varint, the text.
    private const byte IsEmbedded = 8;
    private const int NameBytesMax = 4096;
    private const int VarintBytesMax = 3;

    private const int NestingMax = 32;
    private const long SizeMax = 1L << 50;
    private const int ScanBytesMax = 1 << 28;
    private const int Step = sizeof(ulong);

    private readonly ElfFile elf;
    private readonly GoVersion version;
    private readonly ulong start;
    private readonly ulong end;
    private readonly GoTypes described;
    private readonly ConcurrentDictionary<ulong, GoType?> known = [];

    /// <summary>The descriptions of a program.</summary>
    /// <param name="binary">Its file, and where in it they lie.</param>
    /// <param name="described">The types of its DWARF, which come first.</param>
    public RuntimeTypes(GoBinary binary, GoTypes described)
    {
        elf = binary.Elf;
        version = binary.Version;
        start = binary.ModuleData.Types;
        end = Math.Min(binary.ModuleData.ETypes, start + ScanBytesMax);
        this.described = described;
    }

    /// <summary>The type described at moduledata.types + <paramref name="offset"/>, or null when nothing there looks
    /// like a description.</summary>
    public GoType? At(ulong offset) => At(offset, 0);

    /// <summary>Offsets of everything that looks like a description; may have some that are none.</summary>
    public IEnumerable<ulong> Offsets()
    {
        ReadOnlyMemory<byte> all = GoBinary.RestFrom(elf, start);
        int length = (int)Math.Min((ulong)all.Length, end - start) - HeaderBytes;
        for (int offset = 0; offset <= length; offset += Step)
        {
            if (LooksRight(all.Span.Slice(offset, HeaderBytes)))
                yield return (ulong)offset;
        }
    }

    private GoType? At(ulong offset, int nesting)
    {
        if (known.TryGetValue(offset, out GoType? type))
            return type;
        return nesting > NestingMax ? null : known.GetOrAdd(offset, Read(offset, nesting));
    }

    private GoType? Linked(ulong address, int nesting)
    {
        if (address < start || address >= end)
            return null;
        return described.OfDescribedType(address - start) ?? At(address - start, nesting + 1);
    }

    private GoType? Read(ulong offset, int nesting)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        ulong address = start + offset;
        if (offset >= end - start || !elf.TryReadRelocated(address, header) || !LooksRight(header))
            return null;
        GoKind kind = KindOf(header);
        if (NameOf(address, header, kind, nesting) is not { } name)
            return null;
        return new GoType(name, kind, SizeOf(header), () => Parts(address, kind))
        {
            RuntimeType = offset,
            Length = kind == GoKind.Array ? (long)Math.Min(Word(address + ArrayLengthOffset) ?? 0, SizeMax) : 0,
            IsEmptyInterface = kind == GoKind.Interface && Word(address + ListOffset + sizeof(ulong)) == 0,
        };
    }

    private GoTypeParts Parts(ulong address, GoKind kind)
    {
        GoType? first = kind is GoKind.Array or GoKind.Chan or GoKind.Map or GoKind.Pointer or GoKind.Slice
            ? Linked(Word(address + ElementOffset) ?? 0, 0) : null;
        switch (kind)
        {
            case GoKind.Chan:
                return new GoTypeParts(first, Layout: described.FindDescribed("runtime.hchan"));
            case GoKind.Map:
                GoType? element = Linked(Word(address + MapElementOffset) ?? 0, 0);
                // Only DWARF tells how the groups of a map lie; it does where any variable has such a map.
                return new GoTypeParts(element, first, described.FindDescribed($"map[{first}]{element}")?.Layout);
            case GoKind.Struct:
                return new GoTypeParts { Fields = Fields(address) };
            default:
                return new GoTypeParts(first);
        }
    }

    private ImmutableArray<GoField> Fields(ulong address)
    {
        ulong list = Word(address + ListOffset) ?? 0;
        ulong count = Math.Min(Word(address + ListOffset + sizeof(ulong)) ?? 0, FieldsMax);
        ImmutableArray<GoField>.Builder fields = ImmutableArray.CreateBuilder<GoField>();
        for (ulong i = 0; i < count; i++)
        {
            ulong field = list + (i * FieldBytes);
            bool isRead = Word(field) is { } name && TryText(name, out string text, out byte flags)
                && Word(field + 8) is { } type && Linked(type, 0) is { } fieldType
                && Word(field + 16) is { } offset && offset < SizeMax
                && AddTo(fields, new GoField(text, fieldType, (long)offset, (flags & IsEmbedded) != 0));
            // Better no field than a wrong one: what follows could not be told from it.
            if (!isRead)
                break;
        }
        return fields.ToImmutable();
    }

    private static bool AddTo(ImmutableArray<GoField>.Builder fields, GoField field)
    {
        fields.Add(field);
        return true;
    }

    /// <summary>
    /// The name as DWARF has it: of a named type with the package's whole path, which stands in abi.UncommonType; other
    /// types are put together.
    /// </summary>
    private string? NameOf(ulong address, ReadOnlySpan<byte> header, GoKind kind, int nesting)
    {
        ulong name = start + BinaryPrimitives.ReadUInt32LittleEndian(header[NameOffset..]);
        if (!TryText(name, out string text, out _))
            return null;
        byte flags = header[FlagsOffset];
        if ((flags & HasExtraStar) != 0 && text.Length > 1)
            text = text[1..];
        if ((flags & IsNamed) != 0)
            return (flags & HasUncommon) != 0 ? Qualified(address + (ulong)UncommonOffset(kind), text) : text;
        string First() => Linked(Word(address + ElementOffset) ?? 0, nesting)?.Name ?? "?";
        return kind switch
        {
            GoKind.Pointer => $"*{First()}",
            GoKind.Slice => $"[]{First()}",
            GoKind.Array => $"[{Word(address + ArrayLengthOffset)}]{First()}",
            GoKind.Map => $"map[{First()}]{Linked(Word(address + MapElementOffset) ?? 0, nesting)?.Name ?? "?"}",
            _ => text,
        };
    }

    /// <summary>The name with the path of its package instead of the package's name.</summary>
    private string Qualified(ulong uncommon, string name)
    {
        Span<byte> package = stackalloc byte[sizeof(uint)];
        if (!elf.TryReadRelocated(uncommon, package)
            || BinaryPrimitives.ReadUInt32LittleEndian(package) is not (> 0 and var offset)
            || !TryText(start + offset, out string path, out _))
        {
            return name;
        }
        int arguments = name.IndexOf('[', StringComparison.Ordinal);
        int dot = name.LastIndexOf('.', arguments < 0 ? name.Length - 1 : arguments);
        return dot < 0 ? name : $"{path}{name[dot..]}";
    }

    /// <summary>Where abi.UncommonType follows: behind what the kind has of its own.</summary>
    private int UncommonOffset(GoKind kind) => kind switch
    {
        GoKind.Array => 72,
        GoKind.Chan => 64,
        GoKind.Func or GoKind.Pointer or GoKind.Slice => 56,
        GoKind.Interface or GoKind.Struct => 80,
        GoKind.Map => version.Minor switch { < 24 => 88, < 27 => 112, _ => 136 }, // abi.OldMapType, then MapType
        _ => HeaderBytes,
    };

    private bool TryText(ulong address, out string text, out byte flags)
    {
        text = "";
        flags = 0;
        Span<byte> head = stackalloc byte[1 + VarintBytesMax];
        if (address < start || address > end - (ulong)head.Length || !elf.TryReadRelocated(address, head))
            return false;
        flags = head[0];
        int length = 0;
        for (int i = 0; i < VarintBytesMax; i++)
        {
            length |= (head[1 + i] & 0x7f) << (7 * i);
            if ((head[1 + i] & 0x80) != 0)
                continue;
            Span<byte> utf8 = stackalloc byte[Math.Min(length, NameBytesMax)];
            if (length is 0 or > NameBytesMax || !elf.TryReadRelocated(address + 2 + (ulong)i, utf8))
                return false;
            text = Encoding.UTF8.GetString(utf8);
            return true;
        }
        return false;
    }

    /// <summary>Cheap checks on a header; other things that pass them are never what an interface's type leads to.
    /// </summary>
    private bool LooksRight(ReadOnlySpan<byte> header)
    {
        GoKind kind = KindOf(header);
        long size = SizeOf(header);
        ulong pointerBytes = BinaryPrimitives.ReadUInt64LittleEndian(header[PointerBytesOffset..]);
        byte alignment = header[AlignmentOffset];
        return kind is > GoKind.Invalid and <= GoKind.UnsafePointer
            && alignment is 1 or 2 or 4 or 8 && header[FieldAlignmentOffset] == alignment
            && size is >= 0 and <= SizeMax && pointerBytes <= (ulong)size && pointerBytes % sizeof(ulong) == 0
            && (WidthOf(kind) is not { } width || width == size)
            && BinaryPrimitives.ReadUInt32LittleEndian(header[NameOffset..]) is > 0 and var name
            && name < end - start;
    }

    private static long? WidthOf(GoKind kind) => kind switch
    {
        GoKind.Bool or GoKind.Int8 or GoKind.Uint8 => 1,
        GoKind.Int16 or GoKind.Uint16 => 2,
        GoKind.Int32 or GoKind.Uint32 or GoKind.Float32 => 4,
        GoKind.Complex128 or GoKind.Interface or GoKind.String => 16,
        GoKind.Slice => 24,
        GoKind.Array or GoKind.Struct => null,
        _ => 8,
    };

    private static GoKind KindOf(ReadOnlySpan<byte> header) => (GoKind)(header[KindOffset] & KindMask);

    private static long SizeOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadInt64LittleEndian(header);

    private ulong? Word(ulong address)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        return elf.TryReadRelocated(address, word) ? BinaryPrimitives.ReadUInt64LittleEndian(word) : null;
    }
}
