using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Makes the tables of a catalog, and brings those of an older version up to ours, script by script.</summary>
internal static class CatalogSchema
{
    private const string Prefix = "SideEye.ControlPlane.Catalog.Schema/";

    /// <summary>The scripts in their order; the catalog's version is how many of them have run.</summary>
    public static ImmutableArray<string> Scripts { get; } = ReadScripts();

    /// <summary>Brings a catalog up to the newest version, all or nothing.</summary>
    /// <exception cref="CatalogException">A newer program wrote it.</exception>
    /// <exception cref="SqliteException">It cannot be read or written.</exception>
    public static void BringUp(SqliteConnection connection, string path)
    {
        using SqliteTransaction change = connection.BeginTransaction();
        long version = connection.ExecuteScalar<long>("PRAGMA user_version");
        if (version > Scripts.Length)
        {
            throw new CatalogException(CatalogError.Broken,
                $"{path} has version {version}, and this program knows versions up to {Scripts.Length}: a newer "
                + "sideeye wrote it; use that one, or another data folder");
        }
        foreach (string script in Scripts.Skip((int)version))
            connection.Execute(script);
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Scripts.Length}"));
        change.Commit();
    }

    private static ImmutableArray<string> ReadScripts()
    {
        Assembly assembly = typeof(CatalogSchema).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).Select(name => ReadText(assembly, name)),
        ];
    }

    private static string ReadText(Assembly assembly, string name)
    {
        using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
