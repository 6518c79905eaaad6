using System.Collections.Immutable;
using System.Reflection;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Packs;

/// <summary>
/// The specs that come with the product (packs/*.yaml): requests in flight, calls, queries, waits of any Go program.
/// All of their parts are optional: a program without the function has no such table.
/// </summary>
public static class BuiltInPacks
{
    private const string Prefix = "SideEye.Spec.Packs/";

    /// <summary>The packs' files: name and text.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Files { get; } = ReadFiles();

    /// <summary>The packs, in the order of their names.</summary>
    public static ImmutableArray<CaptureSpec> All { get; } =
        [.. Files.Select(static file => Read(file.Key, file.Value))];

    private static CaptureSpec Read(string name, string text)
    {
        SpecReading reading = SpecReader.Read(text, name);
        return reading.IsGood
            ? reading.Spec!
            : throw new InvalidOperationException($"A pack is broken: {reading.Problems.FirstOrDefault()}");
    }

    private static ImmutableArray<KeyValuePair<string, string>> ReadFiles()
    {
        Assembly assembly = typeof(BuiltInPacks).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => KeyValuePair.Create("packs/" + name[Prefix.Length..], ReadText(assembly, name))),
        ];
    }

    private static string ReadText(Assembly assembly, string name)
    {
        using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
