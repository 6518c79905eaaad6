using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>What an expression selects of a value: <c>[*]</c>, of each element something, and <c>.{a, b}</c>, parts.
/// </summary>
internal sealed class SelectionDocument(ValueDocuments documents, MapDocument maps, SequenceDocument sequences)
{
    private readonly PathWalk walk = new(documents.Memory, documents.Rules, documents.Shapes, documents.Bounds);
    private readonly Dictionary<string, JsonEncodedText> names = new(StringComparer.Ordinal);

    /// <summary>Writes what a path selects. Its steps cost no depth: what it leads to has all of it.</summary>
    public string? Write(GoType type, TargetAddress at, int depth, PathRest path)
    {
        if (documents.IsFull)
            return CaptureReason.SizeReached;
        EvaluatedPlace place = walk.From(type, at, path, "", documents.Limits);
        if (place.Reason is not null)
            return place.Reason;
        if (place.Number is { } number)
        {
            documents.Json.WriteNumberValue(number);
            return null;
        }
        if (place.Rest.IsEmpty)
            return documents.Write(place.Type, place.Address, depth);
        return place.Rest.Next switch
        {
            PartsStep parts => WriteParts(parts.Parts, place.Type, place.Address, depth),
            EachStep when place.Type.Kind == GoKind.Map =>
                maps.Write(place.Type, place.Address, depth, place.Rest.Behind),
            EachStep => sequences.Write(place.Type, place.Address, depth, place.Rest.Behind),
            PathStep step => throw new UnreachableException(step.GetType().Name),
        };
    }

    /// <summary>Writes parts of a value as an object.</summary>
    public string? WriteParts(ImmutableArray<ValuePart> parts, GoType type, TargetAddress at, int depth)
    {
        documents.Json.WriteStartObject();
        for (int i = 0; i < parts.Length && !documents.IsFull; i++)
        {
            JsonEncodedText name = Encoded(parts[i].Name);
            documents.Json.WritePropertyName(name);
            documents.Raw.Enter(name);
            if (parts[i].IsSecret)
                documents.WriteRedacted();
            else
                documents.WriteOrNull(type, at, depth, new PathRest(parts[i].Steps, 0));
            documents.Raw.Leave();
        }
        documents.Json.WriteEndObject();
        return null;
    }

    private JsonEncodedText Encoded(string name)
    {
        if (!names.TryGetValue(name, out JsonEncodedText encoded))
            names.Add(name, encoded = JsonEncodedText.Encode(name));
        return encoded;
    }
}
