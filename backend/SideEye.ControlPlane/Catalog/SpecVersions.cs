using System.Collections.Immutable;
using Dapper;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The catalog's table of versions of documents.</summary>
internal sealed class SpecVersions(CatalogDatabase database, SpecLibraryLimits limits)
{
    private const string Columns = """
        SELECT name AS Name, version AS Version, yaml AS Yaml, author AS Author, at_us AS At, comment AS Comment,
            is_removal AS IsRemoval
        FROM spec_versions
        """;

    /// <summary>The newest version of every document, removals among them.</summary>
    /// <exception cref="CatalogException">The catalog cannot be read.</exception>
    public ImmutableSortedDictionary<string, SpecVersion> Newest() => database.Read(static connection =>
        connection.Query<Row>(
            Columns + " v WHERE version = (SELECT max(version) FROM spec_versions WHERE name = v.name)")
            .Select(static row => row.ToVersion())
            .ToImmutableSortedDictionary(static one => one.Name, static one => one, StringComparer.Ordinal));

    /// <summary>Every version of a document, newest first.</summary>
    /// <exception cref="CatalogException">The catalog cannot be read.</exception>
    public IReadOnlyList<SpecVersion> Of(string name) => database.Read(connection =>
        connection.Query<Row>(Columns + " WHERE name = @name ORDER BY version DESC", new { name })
            .Select(static row => row.ToVersion()).ToList());

    /// <summary>Writes a version, and forgets what is over the limits.</summary>
    /// <exception cref="CatalogException">The catalog cannot be written.</exception>
    public void Add(SpecVersion version) => database.Change(connection =>
    {
        connection.Execute(
            "INSERT INTO spec_versions VALUES (@Name, @Version, @Yaml, @Author, @At, @Comment, @IsRemoval)",
            Row.Of(version));
        connection.Execute("DELETE FROM spec_versions WHERE name = @name AND version <= @version",
            new { name = version.Name, version = version.Version - limits.VersionsMax });
        connection.Execute("""
            DELETE FROM spec_versions WHERE name IN (
                SELECT name FROM spec_versions v
                WHERE is_removal = 1 AND version = (SELECT max(version) FROM spec_versions WHERE name = v.name)
                ORDER BY at_us DESC, name LIMIT -1 OFFSET @max)
            """, new { max = limits.RemovedMax });
    });

    private sealed record Row
    {
        public required string Name { get; init; }

        public required long Version { get; init; }

        public required string Yaml { get; init; }

        public required string Author { get; init; }

        public required long At { get; init; }

        public required string Comment { get; init; }

        public required long IsRemoval { get; init; }

        public static Row Of(SpecVersion one) => new()
        {
            Name = one.Name, Version = one.Version, Yaml = one.Yaml, Author = one.Author,
            At = CatalogTime.Micros(one.At), Comment = one.Comment, IsRemoval = one.IsRemoval ? 1 : 0,
        };

        public SpecVersion ToVersion() => new(
            Name, checked((int)Version), Yaml, Author, CatalogTime.Of(At), Comment, IsRemoval != 0);
    }
}
