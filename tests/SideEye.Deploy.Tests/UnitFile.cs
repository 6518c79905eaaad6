namespace SideEye.Deploy.Tests;

/// <summary>A unit file of systemd, as far as tests look into it.</summary>
internal sealed class UnitFile(string path)
{
    private readonly string[] lines = File.ReadAllLines(path);

    public static string Folder { get; } = Repository.PathOf("deploy", "systemd");

    public static UnitFile Read(string name) => new(Path.Combine(Folder, name));

    /// <summary>The words of a setting.</summary>
    public string[] Words(string key) => lines
        .Where(line => line.StartsWith(key + "=", StringComparison.Ordinal))
        .SelectMany(line => line[(key.Length + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
}
