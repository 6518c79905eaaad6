using System.Collections.Immutable;
using SideEye.Spec.Reading;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The documents of the spec in force, each with every version that it ever had.</summary>
/// <remarks>For any number of threads.</remarks>
public interface ISpecLibrary : ISpecsInForce
{
    /// <summary>The newest version of every document that is in force, by name.</summary>
    IReadOnlyList<SpecVersion> Documents { get; }

    /// <summary>What is wrong with documents that are not in force though they should be, such as files with errors;
    /// empty when all is well.</summary>
    ImmutableArray<SpecProblem> Problems => [];

    /// <summary>Every version of a document, newest first, removals among them; empty when there never was one of that
    /// name.</summary>
    IReadOnlyList<SpecVersion> Versions(string name);

    /// <summary>All that would be wrong with the spec if a document read so.</summary>
    ImmutableArray<SpecProblem> Check(string name, string yaml);

    /// <summary>Puts a document in force, as its next version; a text that is in force already makes none.</summary>
    /// <param name="name">1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit.</param>
    /// <param name="yaml">Its text.</param>
    /// <param name="author">Who wrote it.</param>
    /// <param name="comment">Why, in the author's words; may be empty.</param>
    /// <param name="replaces">The version that the author saw; null to replace whatever there is.</param>
    /// <exception cref="SpecRejectedException">Something is wrong with it; nothing has changed.</exception>
    /// <exception cref="CatalogException">The name is none, somebody else was faster, or it cannot be kept.</exception>
    SpecVersion Put(string name, string yaml, string author, string comment, int? replaces);

    /// <summary>Takes a document out of force; its versions stay.</summary>
    /// <returns>False when there is none in force of that name.</returns>
    /// <exception cref="SpecRejectedException">Others need it; nothing has changed.</exception>
    bool Remove(string name, string author);
}

/// <summary>A version of a document.</summary>
/// <param name="Name">The document.</param>
/// <param name="Version">From 1.</param>
/// <param name="Yaml">Its text; empty when this version is the removal.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="At">When.</param>
/// <param name="Comment">Why.</param>
/// <param name="IsRemoval">True when the document went out of force with it.</param>
public sealed record SpecVersion(
    string Name, int Version, string Yaml, string Author, DateTimeOffset At, string Comment, bool IsRemoval);

/// <summary>A document was not put in force; the problems say why, each with its place.</summary>
public sealed class SpecRejectedException(ImmutableArray<SpecProblem> problems)
    : Exception(string.Join('\n', problems))
{
    /// <summary>All that is wrong.</summary>
    public ImmutableArray<SpecProblem> Problems => problems;
}
