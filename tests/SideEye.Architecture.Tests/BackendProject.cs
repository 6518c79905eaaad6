using System.Xml.Linq;

namespace SideEye.Architecture.Tests;

/// <summary>A project of backend/, as its csproj file tells it.</summary>
internal sealed record BackendProject(string Name, IReadOnlyList<string> Projects, IReadOnlyList<string> Packages)
{
    /// <summary>Names of the folders of backend/ that hold a project.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Directory.GetDirectories(Repository.PathOf("backend"))
            .Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0)
            .Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a project.</summary>
    public static BackendProject Read(string name)
    {
        XDocument file = XDocument.Load(Repository.PathOf("backend", name, $"{name}.csproj"));
        return new BackendProject(
            name,
            [.. Includes(file, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)!)],
            [.. Includes(file, "PackageReference")]);
    }

    private static IEnumerable<string> Includes(XDocument file, string element) =>
        file.Descendants(element).Select(item => item.Attribute("Include")!.Value).Order(StringComparer.Ordinal);
}
