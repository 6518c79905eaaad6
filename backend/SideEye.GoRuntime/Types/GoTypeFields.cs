namespace SideEye.GoRuntime.Types;

/// <summary>Fields by name, as one looks for those of the runtime's own structs.</summary>
public static class GoTypeFields
{
    /// <summary>The field of this name, or null; promoted ones do not count.</summary>
    public static GoField? Field(this GoType? type, string name)
    {
        if (type is not { Kind: GoKind.Struct })
            return null;
        foreach (GoField field in type.Fields)
        {
            if (field.Name == name)
                return field;
        }
        return null;
    }
}
