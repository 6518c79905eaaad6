using SideEye.GoRuntime.Types;
using SideEye.Spec.Model;

namespace SideEye.Probes.Lowering;

/// <summary>
/// Which fields are secret, and which types have any. Each name and type is looked at once: a large program asks for
/// the same ones tens of thousands of times.
/// </summary>
internal sealed class SecretFields(RedactionRules redaction)
{
    private readonly Dictionary<string, bool> names = new(StringComparer.Ordinal);
    private readonly Dictionary<GoType, bool> types = new(ReferenceEqualityComparer.Instance);

    /// <summary>True when a field of this name is never copied.</summary>
    public bool IsSecret(string name)
    {
        if (!names.TryGetValue(name, out bool isSecret))
            names.Add(name, isSecret = redaction.IsSecret(name));
        return isSecret;
    }

    /// <summary>True when a value of the type has a secret field in itself, not behind a pointer.</summary>
    public bool IsIn(GoType type)
    {
        if (type.Kind is not (GoKind.Array or GoKind.Struct))
            return false;
        if (types.TryGetValue(type, out bool isIn))
            return isIn;
        // A type that claims to hold itself finds this.
        types.Add(type, false);
        return types[type] = LookInto(type);
    }

    private bool LookInto(GoType type)
    {
        if (type.Kind == GoKind.Array)
            return type.Element is { } element && IsIn(element);
        foreach (GoField field in type.Fields)
        {
            if (IsSecret(field.Name) || IsIn(field.Type))
                return true;
        }
        return false;
    }
}
