namespace SideEye.Testing;

/// <summary>The Go toolchains that the tests compile their targets with.</summary>
public static class Toolchains
{
    /// <summary>Versions of Go, oldest first.</summary>
    public static IReadOnlyList<string> Versions { get; } = ["1.19", "1.23", "1.24", "1.25", "1.26", "1.27"];

    /// <summary>The newest of <see cref="Versions"/>.</summary>
    public static string Newest => Versions[^1];

    /// <summary>Every way in which scripts/build-targets compiles the zoo.</summary>
    public static IReadOnlyList<string> Variants { get; } =
        ["default", "stripped", "pie", "pie-stripped", "external", "noopt"];

    /// <summary>Whether a version such as 1.23 is at least another one.</summary>
    public static bool IsAtLeast(string version, string other) => Version.Parse(version) >= Version.Parse(other);

    /// <summary>The go command of a version, unpacked on first use.</summary>
    public static async Task<string> GoAsync(string version, CancellationToken cancellation = default)
    {
        await RepositoryScript.RunAsync("go-toolchains", [version], cancellation);
        return Path.Combine(Repository.Cache, "go", version, "bin", "go");
    }

    /// <summary>Delve, unpacked on first use.</summary>
    public static async Task<string> DelveAsync(CancellationToken cancellation = default)
    {
        await RepositoryScript.RunAsync("go-toolchains", ["dlv"], cancellation);
        return Path.Combine(Repository.Cache, "go", "dlv", "bin", "dlv");
    }
}
