using System.Buffers;
using SideEye.Store;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The folder with the files of snapshots.</summary>
internal sealed class SnapshotFolder
{
    /// <summary>What the folder is called.</summary>
    public const string Name = "snapshots";

    /// <summary>What names of complete files end with.</summary>
    public const string Suffix = ".duckdb";

    /// <summary>What names of files end with that were put aside since nobody can read them.</summary>
    public const string UnreadableSuffix = ".unreadable";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private readonly string folder;

    /// <summary>Makes the folder where there is none.</summary>
    /// <exception cref="CatalogException">It cannot be made.</exception>
    public SnapshotFolder(string dataFolder)
    {
        folder = Path.Combine(dataFolder, Name);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogException(CatalogError.Broken, $"the folder {folder} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Whether a text is the id of a snapshot: then it has no characters that lead out of a folder.</summary>
    public static bool IsId(string text) =>
        text.Length == 32 && !text.AsSpan().ContainsAnyExcept(Digits);

    /// <summary>The file of a snapshot.</summary>
    /// <exception cref="ArgumentException">The id is not a GUID as <c>Guid.ToString("N")</c>.</exception>
    public string PathFor(string id) => IsId(id)
        ? Path.Combine(folder, id + Suffix)
        : throw new ArgumentException(
            $"{CatalogText.Shown(id)} is not the id of a snapshot: 32 digits from 0 to f", nameof(id));

    /// <summary>Ids whose files are complete.</summary>
    /// <exception cref="CatalogException">The folder cannot be read.</exception>
    public IReadOnlyList<string> Ids() => Try(() => Directory.GetFiles(folder, "*" + Suffix)
        .Select(static file => Path.GetFileNameWithoutExtension(file)).Where(IsId).ToList());

    /// <summary>Removes files that a writer left half-written, and says which.</summary>
    /// <exception cref="CatalogException">The folder cannot be read or written.</exception>
    public IReadOnlyList<string> RemovePartial() => Try(() =>
    {
        List<string> partial = [.. Directory.GetFiles(folder).Where(IsPartial)];
        partial.ForEach(File.Delete);
        return partial.ConvertAll(static file => Path.GetFileName(file));
    });

    /// <summary>Gives a file that nobody can read a name under which nobody looks for it.</summary>
    /// <returns>The name.</returns>
    /// <exception cref="CatalogException">That cannot be done.</exception>
    public string PutAside(string id) => Try(() =>
    {
        string aside = PathFor(id) + UnreadableSuffix;
        File.Move(PathFor(id), aside, overwrite: true);
        return aside;
    });

    /// <summary>Removes the file of a snapshot; one that is gone is no error. Who reads it still can: the kernel keeps
    /// what is open.</summary>
    /// <exception cref="CatalogException">It cannot be removed.</exception>
    public void Remove(string id) => Try(() =>
    {
        File.Delete(PathFor(id));
        return true;
    });

    private static bool IsPartial(string file)
    {
        const string unfinished = Suffix + SnapshotFile.PartialSuffix;
        string name = Path.GetFileName(file);
        int at = name.IndexOf('.', StringComparison.Ordinal);
        return at > 0 && IsId(name[..at]) && (name[at..] is unfinished or (unfinished + ".wal")
            || name[at..].StartsWith(Suffix + BlankSnapshot.OwnSuffix, StringComparison.Ordinal));
    }

    private T Try<T>(Func<T> what)
    {
        try
        {
            return what();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogException(
                CatalogError.Broken, $"the snapshots in {folder} cannot be listed or changed: {e.Message}", e);
        }
    }
}
