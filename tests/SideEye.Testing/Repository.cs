namespace SideEye.Testing;

/// <summary>Where the repository that these tests were built in keeps its things.</summary>
public static class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The git-ignored folder of toolchains, sources and built fixtures.</summary>
    public static string Cache => Environment.GetEnvironmentVariable("SIDEEYE_CACHE") ?? Path.Combine(Root, ".cache");

    /// <summary>A path below <see cref="Root"/>.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "sideeye-grafana.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds sideeye-grafana.sln");
    }
}
