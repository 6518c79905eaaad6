namespace SideEye.Testing;

/// <summary>The agent as it is delivered: one native file, built once.</summary>
public static class BuiltAgent
{
    private static readonly Lazy<Task> Building = new(() => RepositoryScript.RunAsync("build-agent", []));

    /// <summary>The file.</summary>
    public static string Path { get; } = Repository.PathOf("out", "bin", "sideeye-agent");

    /// <summary>Builds it unless it is up to date.</summary>
    public static Task BuildAsync() => Building.Value;
}
