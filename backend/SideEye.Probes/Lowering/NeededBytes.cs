using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>
/// Which bytes of an object are copied: all of a whole value but its secrets, and on the way of a path only what the
/// next step needs.
/// </summary>
internal readonly struct NeededBytes(SecretFields secrets, uint elementBytes)
{
    private const int StringBytes = 16;
    private const int SliceBytes = 24;
    private const int PiecesMax = 64;
    private const int NestingMax = 64;

    /// <summary>Adds the pieces of a value, or of the next step of a path to it.</summary>
    public void Collect(in RoutineKey key, List<NativeCapturePiece> pieces) => Collect(key, pieces, 0);

    private void Collect(in RoutineKey key, List<NativeCapturePiece> pieces, long offset)
    {
        GoType type = key.Type;
        for (int i = key.Index; i < key.Path.Length; i++)
        {
            if (key.Path[i] is FieldStep field)
            {
                offset += field.Field.Offset;
            }
            else if (key.Path[i] is IndexStep index && type.Kind == GoKind.Array)
            {
                offset += index.Index * index.Element.Size;
            }
            else if (key.Path[i] is PartsStep parts)
            {
                foreach (ValuePart part in parts.Readable)
                    Collect(new RoutineKey(RoutineRole.Value, type, part.Steps, 0, key.Limits), pieces, offset);
                RefuseAll(pieces);
                return;
            }
            else if (key.Path[i] is EachStep && type.Kind == GoKind.Array)
            {
                break;
            }
            else
            {
                Add(pieces, offset, HeaderBytes(type));
                return;
            }
            type = key.Path[i].Type;
        }
        AddWhole(pieces, type, offset, 0);
        if (secrets.IsIn(type))
            RefuseAll(pieces);
    }

    /// <summary>Adds the pieces of a value without its secrets; none when it has none.</summary>
    public void CollectWhole(GoType type, List<NativeCapturePiece> pieces)
    {
        if (!secrets.IsIn(type))
            return;
        AddWhole(pieces, type, 0, 0);
        RefuseAll(pieces);
    }

    /// <summary>
    /// Adds the pieces of a group of a map's entries: an element is read only when its key is no secret's name. Nothing
    /// is read of a group of which it is not known where its entries are. Elements that are but pointers and lengths
    /// are read with the group, since one read costs less than many, and forgotten.
    /// </summary>
    public void CollectNamed(GoType group, IReadOnlyList<EntryLayout> entries, List<NativeCapturePiece> pieces)
    {
        if (entries.Count == 0)
        {
            RefuseAll(pieces);
            return;
        }
        if (!HasOwnBytes(entries[0].ElementType, 0))
        {
            AddWhole(pieces, group, 0, 0);
            foreach (EntryLayout entry in entries)
            {
                pieces.Add(new NativeCapturePiece
                {
                    Offset = (uint)entry.Element, Bytes = (uint)entry.ElementType.Size, Name = (uint)entry.Key + 1,
                    IsCopied = 1,
                });
            }
            return;
        }
        long end = 0;
        foreach (EntryLayout entry in entries.OrderBy(static entry => entry.Element))
        {
            Add(pieces, end, entry.Element - end);
            int first = pieces.Count;
            // So that what is before the element does not grow into it.
            pieces.Add(default);
            AddWhole(pieces, entry.ElementType, entry.Element, 0);
            pieces.RemoveAt(first);
            for (int i = first; i < pieces.Count; i++)
                pieces[i] = pieces[i] with { Name = (uint)entry.Key + 1 };
            end = entry.Element + entry.ElementType.Size;
        }
        Add(pieces, end, group.Size - end);
    }

    /// <summary>One piece that is everything is none.</summary>
    public void Simplify(List<NativeCapturePiece> pieces)
    {
        if (pieces is [var only] && only.Offset == 0 && only.Bytes >= elementBytes)
            pieces.Clear();
    }

    /// <summary>No piece means everything; where all is secret, one that lies outside means nothing.</summary>
    private void RefuseAll(List<NativeCapturePiece> pieces)
    {
        if (pieces.Count == 0)
            pieces.Add(new NativeCapturePiece { Offset = elementBytes + 1, Bytes = 0 });
    }

    private static long HeaderBytes(GoType type) => type.Kind switch
    {
        GoKind.String or GoKind.Interface => StringBytes,
        GoKind.Slice => SliceBytes,
        _ => sizeof(ulong),
    };

    /// <summary>True when a value has more in itself than pointers and the lengths of what they lead to.</summary>
    private static bool HasOwnBytes(GoType type, int nesting) => type.Kind switch
    {
        _ when nesting > NestingMax => true,
        GoKind.Struct => type.Fields.Any(field => HasOwnBytes(field.Type, nesting + 1)),
        GoKind.Array => type.Element is not { } element || HasOwnBytes(element, nesting + 1),
        GoKind.String or GoKind.Slice or GoKind.Pointer or GoKind.Map or GoKind.Chan or GoKind.Func => false,
        // Of an interface the pointer may be into a table of small numbers (runtime.staticuint64s).
        _ => true,
    };

    /// <summary>The value's bytes without its secret fields.</summary>
    private void AddWhole(List<NativeCapturePiece> pieces, GoType type, long offset, int nesting)
    {
        if (nesting > NestingMax)
            return;
        if (type.Kind == GoKind.Array && type.Element is { } element && secrets.IsIn(element))
        {
            for (long i = 0; i < type.Length && pieces.Count < PiecesMax; i++)
                AddWhole(pieces, element, offset + (i * element.Size), nesting + 1);
            return;
        }
        if (type.Kind != GoKind.Struct || !secrets.IsIn(type))
        {
            Add(pieces, offset, type.Size);
            return;
        }
        foreach (GoField field in type.Fields)
        {
            if (!secrets.IsSecret(field.Name))
                AddWhole(pieces, field.Type, offset + field.Offset, nesting + 1);
        }
    }

    private void Add(List<NativeCapturePiece> pieces, long offset, long bytes)
    {
        bytes = Math.Min(bytes, elementBytes - offset);
        if (bytes <= 0)
            return;
        // Padding between fields is harmless; one read is cheaper than two.
        if (pieces is [.., { Name: 0, Bytes: > 0 } last] && last.Offset + last.Bytes == offset)
            pieces[^1] = last with { Bytes = (uint)(offset + bytes) - last.Offset };
        else
            pieces.Add(new NativeCapturePiece { Offset = (uint)offset, Bytes = (uint)bytes });
    }
}
