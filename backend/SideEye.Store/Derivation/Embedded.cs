namespace SideEye.Store.Derivation;

/// <summary>SQL that comes with the program.</summary>
internal static class Embedded
{
    /// <summary>The text of a file of this folder.</summary>
    public static string Text(string name)
    {
        using Stream stream = typeof(Embedded).Assembly
            .GetManifestResourceStream("SideEye.Store.Derivation." + name)
            ?? throw new InvalidOperationException($"{name} is not embedded in SideEye.Store.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
