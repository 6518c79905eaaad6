using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>
/// Which bytes of an object are copied: all of a whole value but its secrets, and on the way of a path only what the
/// next step needs.
/// </summary>
internal readonly struct NeededBytes(RedactionRules redaction, uint elementBytes)
{
    private const int StringBytes = 16;
    private const int SliceBytes = 24;
    private const int PiecesMax = 64;

    /// <summary>Adds the pieces; none when everything is needed.</summary>
    public void Collect(in RoutineKey key, List<NativeCapturePiece> pieces)
    {
        long offset = 0;
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
            else
            {
                Add(pieces, offset, HeaderBytes(type));
                return;
            }
            type = key.Path[i].Type;
        }
        AddWhole(pieces, type, offset);
        if (pieces is [var only] && only.Offset == 0 && only.Bytes >= elementBytes)
            pieces.Clear();
    }

    /// <summary>Adds the pieces of a value without its secrets; none when it has none.</summary>
    public void CollectWhole(GoType type, List<NativeCapturePiece> pieces)
    {
        if (HasSecret(type))
            AddWhole(pieces, type, 0);
    }

    private static long HeaderBytes(GoType type) => type.Kind switch
    {
        GoKind.String or GoKind.Interface => StringBytes,
        GoKind.Slice => SliceBytes,
        _ => sizeof(ulong),
    };

    /// <summary>The value's bytes without its secret fields.</summary>
    private void AddWhole(List<NativeCapturePiece> pieces, GoType type, long offset)
    {
        if (type.Kind == GoKind.Array && type.Element is { } element && HasSecret(element))
        {
            for (long i = 0; i < type.Length && pieces.Count < PiecesMax; i++)
                AddWhole(pieces, element, offset + (i * element.Size));
            return;
        }
        if (type.Kind != GoKind.Struct || !HasSecret(type))
        {
            Add(pieces, offset, type.Size);
            return;
        }
        foreach (GoField field in type.Fields)
        {
            if (!redaction.IsSecret(field.Name))
                AddWhole(pieces, field.Type, offset + field.Offset);
        }
    }

    private bool HasSecret(GoType type)
    {
        if (type.Kind == GoKind.Array)
            return type.Element is { } element && HasSecret(element);
        if (type.Kind != GoKind.Struct)
            return false;
        foreach (GoField field in type.Fields)
        {
            if (redaction.IsSecret(field.Name) || HasSecret(field.Type))
                return true;
        }
        return false;
    }

    private void Add(List<NativeCapturePiece> pieces, long offset, long bytes)
    {
        bytes = Math.Min(bytes, elementBytes - offset);
        if (bytes <= 0)
            return;
        // Padding between fields is harmless; one read is cheaper than two.
        if (pieces is [.., var last] && last.Offset + last.Bytes <= offset && IsPadding(last, offset))
            pieces[^1] = last with { Bytes = (uint)(offset + bytes) - last.Offset };
        else
            pieces.Add(new NativeCapturePiece { Offset = (uint)offset, Bytes = (uint)bytes });
    }

    private static bool IsPadding(NativeCapturePiece last, long offset) => offset == last.Offset + last.Bytes;
}
