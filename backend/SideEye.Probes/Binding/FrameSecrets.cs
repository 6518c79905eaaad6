using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Lowering;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;

namespace SideEye.Probes.Binding;

/// <summary>Finds what lies of secrets on the stack: variables by their names, and fields of variables.</summary>
internal sealed class FrameSecrets(IProgramTypes types, RedactionRules redaction)
{
    private const int NestingMax = 64;

    // Of an array of structs with secrets as many places are told apart; a longer one is hidden as a whole.
    private const int PlacesMax = 256;

    private readonly SecretFields secrets = new(redaction);
    private readonly Dictionary<ulong, HiddenPlaces> known = [];

    /// <summary>The places of secrets in frames of a body's container.</summary>
    public HiddenPlaces In(FunctionBody body)
    {
        if (known.TryGetValue(body.ContainerEntry, out HiddenPlaces? places))
            return places;
        ImmutableArray<SecretPlace>.Builder found = ImmutableArray.CreateBuilder<SecretPlace>();
        bool isAnywhere = false;
        foreach (GoVariable variable in types.FrameVariables(body, IsWanted))
        {
            // Of an escaped one the frame has a pointer, which the program does not follow.
            if (variable.IsEscaped)
                continue;
            List<FrameBlank> parts = [];
            Collect(variable.Type, secrets.IsSecret(variable.Name), 0, parts, 0);
            if (parts.Count > PlacesMax)
                parts = [new FrameBlank(0, (int)Math.Min(variable.Type.Size, int.MaxValue))];
            isAnywhere |= variable is { IsOnlyInMemory: true, Locations.IsEmpty: true };
            foreach (VariableLocation location in variable.Locations)
                AddPlaces(variable, location, parts, found);
        }
        places = new HiddenPlaces(found.ToImmutable(), isAnywhere, types);
        known.Add(body.ContainerEntry, places);
        return places;
    }

    private bool IsWanted(string name, GoType type) => secrets.IsSecret(name) || secrets.IsIn(type);

    /// <summary>The secret parts of a value, as offsets in it.</summary>
    private void Collect(GoType type, bool isSecret, long offset, List<FrameBlank> parts, int nesting)
    {
        if (isSecret && type.Size is > 0 and <= int.MaxValue)
        {
            parts.Add(new FrameBlank(offset, (int)type.Size));
            return;
        }
        if (isSecret || nesting > NestingMax || parts.Count > PlacesMax || !secrets.IsIn(type))
            return;
        if (type.Kind == GoKind.Array)
        {
            for (long i = 0; i < type.Length && parts.Count <= PlacesMax; i++)
                Collect(type.Element!, false, offset + (i * type.Element!.Size), parts, nesting + 1);
            return;
        }
        foreach (GoField field in type.Fields)
            Collect(field.Type, secrets.IsSecret(field.Name), offset + field.Offset, parts, nesting + 1);
    }

    private static void AddPlaces(
        GoVariable variable, VariableLocation location, List<FrameBlank> parts,
        ImmutableArray<SecretPlace>.Builder found)
    {
        long start = 0;
        foreach (VariablePiece piece in location.Pieces)
        {
            long end = start + piece.Bytes;
            foreach (FrameBlank part in parts)
            {
                long low = Math.Max(part.Offset, start);
                long high = Math.Min(part.End, end);
                if (piece.Kind == PlaceKind.Frame && low < high)
                {
                    FrameBlank bytes = new(piece.Value + low - start, (int)(high - low));
                    found.Add(new SecretPlace(variable, new PcSpan(location.Low, location.High), bytes));
                }
            }
            start = end;
        }
    }
}
