using SideEye.Elf;
using SideEye.Target;

namespace SideEye.GoRuntime;

/// <summary>A module that was linked in (runtime/debug.Module).</summary>
/// <param name="Path">Module path.</param>
/// <param name="Version">Version, such as <c>v1.2.3</c> or <c>(devel)</c>; empty when not recorded.</param>
/// <param name="Sum">go.sum hash; empty when not recorded.</param>
public sealed record GoModule(string Path, string Version, string Sum);

/// <summary>
/// What <c>go version -m</c> prints: the blob that the linker leaves since Go 1.13, whose strings are inline since 1.18
/// (debug/buildinfo, runtime/debug/mod.go).
/// </summary>
public sealed class GoBuildInfo
{
    private readonly Dictionary<string, string> settings;

    internal GoBuildInfo(GoVersion version, string path, GoModule? main, IReadOnlyList<GoModule> dependencies,
        Dictionary<string, string> settings)
    {
        Version = version;
        Path = path;
        Main = main;
        Dependencies = dependencies;
        this.settings = settings;
    }

    /// <summary>The toolchain that built the binary.</summary>
    public GoVersion Version { get; }

    /// <summary>Import path of the main package; empty when built without module information.</summary>
    public string Path { get; }

    /// <summary>The module of the main package; null when built without module information.</summary>
    public GoModule? Main { get; }

    /// <summary>Modules linked in, after replacement.</summary>
    public IReadOnlyList<GoModule> Dependencies { get; }

    /// <summary>Build settings by key: <c>-ldflags</c>, <c>CGO_ENABLED</c>, <c>vcs.revision</c> and so on.</summary>
    public IReadOnlyDictionary<string, string> Settings => settings;

    /// <summary>Commit that was built, or null.</summary>
    public string? VcsRevision => settings.GetValueOrDefault("vcs.revision");

    /// <summary>True when the working tree had changes; null when not recorded.</summary>
    public bool? IsVcsModified =>
        settings.TryGetValue("vcs.modified", out string? modified) ? modified == "true" : null;

    /// <summary>True when file names were cut to module paths.</summary>
    public bool IsTrimPath => settings.GetValueOrDefault("-trimpath") == "true";

    /// <summary>Reads the build information of a binary.</summary>
    /// <exception cref="NotGoBinaryException">There is none.</exception>
    /// <exception cref="UnsupportedGoVersionException">
    /// Older than Go 1.18, or a version that cannot be read.
    /// </exception>
    /// <exception cref="MalformedFileException">The blob is broken.</exception>
    public static GoBuildInfo Read(ElfFile elf, GoLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(elf);
        limits ??= GoLimits.Default;
        return BuildInfoBlob.TryLocate(elf, limits, out ReadOnlyMemory<byte> blob)
            ? BuildInfoBlob.Parse(blob.Span, limits)
            : throw new NotGoBinaryException("not a Go program: no build information (section .go.buildinfo)");
    }
}
