using SideEye.Spec.Reading;

namespace SideEye.ControlPlane.Catalog;

/// <summary>What the spec in force is made of besides the library's documents.</summary>
public sealed record SpecLibraryOptions
{
    /// <summary>Files, and folders whose <c>*.yaml</c> and <c>*.yml</c> files are documents too; read again when they
    /// change.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Whether the built-in packs are below all documents.</summary>
    public bool WithPacks { get; init; } = true;

    /// <summary>What documents may take.</summary>
    public SpecLibraryLimits Limits { get; init; } = SpecLibraryLimits.Default;
}

/// <summary>What the documents of a spec may take.</summary>
public sealed record SpecLibraryLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static SpecLibraryLimits Default { get; } = new();

    /// <summary>Documents in force.</summary>
    public int DocumentsMax { get; init; } = 200;

    /// <summary>Documents that are out of force and whose versions are kept; those removed first are forgotten first.
    /// </summary>
    public int RemovedMax { get; init; } = 200;

    /// <summary>Characters of a document.</summary>
    public int DocumentCharactersMax { get; init; } = SpecReadingLimits.Default.DocumentCharactersMax;

    /// <summary>Characters of all documents in force, which go to every agent with every snapshot.</summary>
    public int CharactersMax { get; init; } = 4 << 20;

    /// <summary>Versions of a document that are kept; the oldest are forgotten.</summary>
    public int VersionsMax { get; init; } = 500;

    /// <summary>Characters of an author's name.</summary>
    public int AuthorCharactersMax { get; init; } = 200;

    /// <summary>Characters of a comment.</summary>
    public int CommentCharactersMax { get; init; } = 2_000;

    /// <summary>How often files are looked at.</summary>
    public TimeSpan FilesEvery { get; init; } = TimeSpan.FromSeconds(5);
}
