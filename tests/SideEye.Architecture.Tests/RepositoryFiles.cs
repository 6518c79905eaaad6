namespace SideEye.Architecture.Tests;

/// <summary>The files that people wrote: without build outputs, caches and git's own.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] SkippedFolders =
        ["bin", "obj", "out", ".cache", ".git", "TestResults", "node_modules"];

    /// <summary>Paths relative to the repository, with forward slashes, in order.</summary>
    /// <param name="folder">Folder to look in; empty for the repository.</param>
    /// <param name="extensions">With the dot.</param>
    public static IReadOnlyList<string> In(string folder, params ReadOnlySpan<string> extensions)
    {
        List<string> found = [];
        Collect(new DirectoryInfo(Repository.PathOf(folder)), [.. extensions], found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>The text of such a file.</summary>
    public static string Read(string path) => File.ReadAllText(Repository.PathOf(path));

    /// <summary>The lines of such a file.</summary>
    public static string[] Lines(string path) => File.ReadAllLines(Repository.PathOf(path));

    private static void Collect(DirectoryInfo folder, HashSet<string> extensions, List<string> found)
    {
        foreach (FileInfo file in folder.EnumerateFiles())
        {
            if (extensions.Contains(file.Extension))
                found.Add(Path.GetRelativePath(Repository.Root, file.FullName).Replace('\\', '/'));
        }
        foreach (DirectoryInfo inner in folder.EnumerateDirectories())
        {
            if (inner.LinkTarget is null && !SkippedFolders.Contains(inner.Name))
                Collect(inner, extensions, found);
        }
    }
}
