using SideEye.GoRuntime.Types;

namespace SideEye.Capture.Tests.Values;

/// <summary>Go types written by hand.</summary>
internal static class MadeTypes
{
    public static readonly GoType Bool = Basic("bool", GoKind.Bool, 1);
    public static readonly GoType Int = Basic("int", GoKind.Int, 8);
    public static readonly GoType Int8 = Basic("int8", GoKind.Int8, 1);
    public static readonly GoType GoInt32 = Basic("int32", GoKind.Int32, 4);
    public static readonly GoType Uint8 = Basic("uint8", GoKind.Uint8, 1);
    public static readonly GoType Uint16 = Basic("uint16", GoKind.Uint16, 2);
    public static readonly GoType Uint32 = Basic("uint32", GoKind.Uint32, 4);
    public static readonly GoType Uint64 = Basic("uint64", GoKind.Uint64, 8);
    public static readonly GoType Float64 = Basic("float64", GoKind.Float64, 8);
    public static readonly GoType Float32 = Basic("float32", GoKind.Float32, 4);
    public static readonly GoType Complex128 = Basic("complex128", GoKind.Complex128, 16);
    public static readonly GoType GoString = Basic("string", GoKind.String, 16);
    public static readonly GoType Func = Basic("func()", GoKind.Func, 8);
    public static readonly GoType Unsafe = Basic("unsafe.Pointer", GoKind.UnsafePointer, 8);
    public static readonly GoType Any = new("interface {}", GoKind.Interface, 16, () => new()) { IsEmptyInterface = true };
    public static readonly GoType Error = Basic("error", GoKind.Interface, 16);
    public static readonly GoType Time = Struct(
        "time.Time", ("wall", Uint64), ("ext", Basic("int64", GoKind.Int64, 8)), ("loc", PointerTo(Int)));
    public static readonly GoType Duration = Basic("time.Duration", GoKind.Int64, 8);

    public static GoType Basic(string name, GoKind kind, long size) => new(name, kind, size, () => new());

    public static GoType PointerTo(GoType element) => PointerTo(element.Name, () => element);

    public static GoType PointerTo(string name, Func<GoType> element) =>
        new("*" + name, GoKind.Pointer, 8, () => new(element()));

    public static GoType SliceOf(GoType element) =>
        new("[]" + element.Name, GoKind.Slice, 24, () => new(element));

    public static GoType ArrayOf(int length, GoType element) =>
        new($"[{length}]{element.Name}", GoKind.Array, length * element.Size, () => new(element)) { Length = length };

    public static GoType Struct(string name, params (string Name, GoType Type)[] fields)
    {
        List<GoField> placed = [];
        long offset = 0;
        foreach ((string field, GoType type) in fields)
        {
            long alignment = Math.Clamp(AlignmentOf(type), 1, 8);
            offset = (offset + alignment - 1) / alignment * alignment;
            placed.Add(new GoField(field, type, offset, false));
            offset += type.Size;
        }
        offset = fields.Length == 0 ? 0 : (offset + 7) / 8 * 8;
        return new GoType(name, GoKind.Struct, offset, () => new() { Fields = [.. placed] });
    }

    /// <summary>A struct whose fields are known only once it exists.</summary>
    public static GoType Recursive(string name, long size, Func<GoType, GoField[]> fields)
    {
        GoType type = null!;
        type = new GoType(name, GoKind.Struct, size, () => new() { Fields = [.. fields(type)] });
        return type;
    }

    /// <summary>A map as from Go 1.24 on.</summary>
    public static GoType SwissMap(GoType key, GoType element)
    {
        GoType slot = Struct("slot", ("key", key), ("elem", element));
        GoType group = Struct("group", ("ctrl", Uint64), ("slots", ArrayOf(8, slot)));
        GoType groups = Struct("groupReference", ("data", PointerTo(group)), ("lengthMask", Uint64));
        GoType table = Struct(
            "table", ("used", Uint16), ("capacity", Uint16), ("growthLeft", Uint16), ("localDepth", Uint8),
            ("index", Int), ("groups", groups));
        GoType layout = Struct(
            "map", ("used", Uint64), ("seed", Uint64), ("dirPtr", PointerTo(PointerTo(table))), ("dirLen", Int));
        return new($"map[{key.Name}]{element.Name}", GoKind.Map, 8, () => new(element, key, layout));
    }

    /// <summary>A map as before Go 1.24.</summary>
    public static GoType HashMap(GoType key, GoType element)
    {
        GoType bucket = Struct(
            "bucket", ("tophash", ArrayOf(8, Uint8)), ("keys", ArrayOf(8, key)), ("values", ArrayOf(8, element)),
            ("overflow", Basic("uintptr", GoKind.Uintptr, 8)));
        GoType layout = Struct(
            "hash", ("count", Int), ("flags", Uint8), ("B", Uint8), ("noverflow", Uint16), ("hash0", Uint32),
            ("buckets", PointerTo(bucket)), ("oldbuckets", PointerTo(bucket)), ("nevacuate", Uint64));
        return new($"map[{key.Name}]{element.Name}", GoKind.Map, 8, () => new(element, key, layout));
    }

    /// <summary>A channel.</summary>
    public static GoType ChanOf(GoType element)
    {
        GoType g = Struct("runtime.g", ("stack", Uint64), ("goid", Uint64));
        GoType sudog = Recursive("sudog", 24, self =>
        [
            new("g", PointerTo(g), 0, false), new("next", PointerTo("sudog", () => self), 8, false),
            new("elem", Unsafe, 16, false),
        ]);
        GoType queue = Struct("waitq", ("first", PointerTo(sudog)), ("last", PointerTo(sudog)));
        GoType layout = Struct(
            "hchan", ("qcount", Uint64), ("dataqsiz", Uint64), ("buf", Unsafe), ("elemsize", Uint16),
            ("closed", Uint32), ("sendx", Uint64), ("recvx", Uint64), ("recvq", queue), ("sendq", queue));
        return new("chan " + element.Name, GoKind.Chan, 8, () => new(element, Layout: layout));
    }

    private static long AlignmentOf(GoType type) => type.Kind switch
    {
        GoKind.Array => AlignmentOf(type.Element!),
        GoKind.Struct or GoKind.String or GoKind.Slice or GoKind.Interface or GoKind.Complex128 => 8,
        _ => type.Size,
    };
}
