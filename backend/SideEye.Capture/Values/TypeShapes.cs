using System.Text.Encodings.Web;
using System.Text.Json;
using SideEye.Capture.Values.Wellknown;
using SideEye.GoRuntime.Types;
using SideEye.Spec.Model;

namespace SideEye.Capture.Values;

/// <summary>What rendering asks of a type again and again, worked out once for each.</summary>
internal sealed class TypeShapes(RedactionRules redaction, bool isEveryPointerWordDirect)
{
    // Types nest by value as deep as this; a deeper one is the debug information's mistake.
    private const int NestingMax = 64;

    private readonly PointerShape direct = new(isEveryPointerWordDirect);
    private readonly Dictionary<GoType, TypeShape> shapes = new(ReferenceEqualityComparer.Instance);

    /// <summary>The shape of a type.</summary>
    public TypeShape Of(GoType type)
    {
        if (shapes.TryGetValue(type, out TypeShape? shape))
            return shape;
        shape = new TypeShape(
            WellknownTypes.Of(type), HasPointers(type, 0), direct.Of(type) is not null, type.Kind == GoKind.Struct
                ? FieldsOf(type) : [])
        {
            IsError = ErrorText.Knows(type),
        };
        shapes.Add(type, shape);
        return shape;
    }

    private FieldShape[] FieldsOf(GoType type)
    {
        List<FieldShape> fields = new(type.Fields.Length);
        foreach (GoField field in type.Fields)
        {
            // Blank fields have no name to show them under; they are padding or marks for vet.
            if (field.Name == "_")
                continue;
            fields.Add(new FieldShape(
                JsonEncodedText.Encode(field.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping), field.Type,
                (ulong)field.Offset, redaction.IsSecret(field.Name)));
        }
        return [.. fields];
    }

    private static bool HasPointers(GoType type, int nesting)
    {
        switch (type.Kind)
        {
            case >= GoKind.Bool and <= GoKind.Complex128:
                return false;
            case GoKind.Array when nesting < NestingMax && type.Element is { } element:
                return type.Length > 0 && HasPointers(element, nesting + 1);
            case GoKind.Struct when nesting < NestingMax:
                foreach (GoField field in type.Fields)
                {
                    if (HasPointers(field.Type, nesting + 1))
                        return true;
                }
                return false;
            default:
                return true;
        }
    }
}

/// <summary>What rendering asks of a type.</summary>
/// <param name="Known">Which of the standard library's types it is.</param>
/// <param name="HasPointers">True when a value holds pointers, those of strings and interfaces included.</param>
/// <param name="IsDirect">True when an interface's data word is the value itself.</param>
/// <param name="Fields">A struct's fields that have names.</param>
internal sealed record TypeShape(WellknownType Known, bool HasPointers, bool IsDirect, FieldShape[] Fields)
{
    /// <summary>True for an error of the standard library whose message can be put together.</summary>
    public bool IsError { get; init; }
}

/// <summary>A field.</summary>
internal readonly record struct FieldShape(JsonEncodedText Name, GoType Type, ulong Offset, bool IsSecret);
