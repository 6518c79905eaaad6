namespace SideEye.Testing;

/// <summary>What <c>make build</c> leaves for users.</summary>
public static class BuiltProgram
{
    /// <summary>The agent, one native file.</summary>
    public static string Agent { get; } = Repository.PathOf("out", "bin", "sideeye-agent");
}
