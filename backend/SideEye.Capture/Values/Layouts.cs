using SideEye.GoRuntime.Types;

namespace SideEye.Capture.Values;

/// <summary>Looks fields of the runtime's and the standard library's structs up by name.</summary>
internal static class Layouts
{
    /// <summary>A field, or null when the version's struct has none of this name.</summary>
    public static GoField? Field(GoType? type, string name)
    {
        if (type is null)
            return null;
        foreach (GoField field in type.Fields)
        {
            if (field.Name == name)
                return field;
        }
        return null;
    }
}
