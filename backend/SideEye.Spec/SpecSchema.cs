using System.Reflection;

namespace SideEye.Spec;

/// <summary>The JSON Schema of spec files, for editors.</summary>
public static class SpecSchema
{
    /// <summary>The schema's text (docs/spec.schema.json).</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        Assembly assembly = typeof(SpecSchema).Assembly;
        using Stream stream = assembly.GetManifestResourceStream("SideEye.Spec.spec.schema.json")
            ?? throw new InvalidOperationException("spec.schema.json is not embedded in SideEye.Spec.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
