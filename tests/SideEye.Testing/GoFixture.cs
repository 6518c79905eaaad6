namespace SideEye.Testing;

/// <summary>A Go program of tests/targets, as one toolchain builds it in one variant.</summary>
/// <param name="Name">As scripts/build-targets knows it, or streams, which has a script of its own.</param>
/// <param name="GoVersion">One of <see cref="Toolchains.Versions"/>.</param>
/// <param name="Variant">One of <see cref="Toolchains.Variants"/>.</param>
public sealed record GoFixture(string Name, string GoVersion, string Variant = "default")
{
    /// <summary>Where the program is once it is built.</summary>
    public string ExecutablePath => Path.Combine(Repository.Cache, "targets", Name, GoVersion, Variant);

    /// <summary>Builds the program if its sources changed since; cheap otherwise.</summary>
    /// <returns><see cref="ExecutablePath"/>.</returns>
    /// <exception cref="InvalidOperationException">It does not build.</exception>
    public async Task<string> BuildAsync(CancellationToken cancellation = default)
    {
        if (Name == "streams")
            await RepositoryScript.RunAsync("build-streams", [GoVersion], cancellation);
        else
            await RepositoryScript.RunAsync("build-targets", [Name, GoVersion, Variant], cancellation);
        return ExecutablePath;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}.go{GoVersion}.{Variant}";
}
