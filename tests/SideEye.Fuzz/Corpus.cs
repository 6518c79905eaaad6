using System.Security.Cryptography;

namespace SideEye.Fuzz;

/// <summary>The committed inputs: seeds of each target, and those that once broke a reader.</summary>
internal static class Corpus
{
    public static string Folder { get; } = Path.Combine(FindRoot(), "tests/SideEye.Fuzz/corpus");

    public static IReadOnlyList<(string Name, byte[] Bytes)> Read(string target)
    {
        List<(string, byte[])> inputs = [];
        AddFiles(inputs, Path.Combine(Folder, target), "*");
        AddFiles(inputs, Path.Combine(Folder, "crashers"), $"{target}-*");
        return inputs;
    }

    public static string SaveCrasher(string target, byte[] input)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, "crashers")).FullName;
        string path = Path.Combine(folder, $"{target}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}");
        File.WriteAllBytes(path, input);
        return path;
    }

    private static void AddFiles(List<(string, byte[])> inputs, string folder, string pattern)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string path in Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal))
            inputs.Add((Path.GetFileName(path), File.ReadAllBytes(path)));
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "sideeye-grafana.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the fuzzer does not lie in the repository");
    }
}
