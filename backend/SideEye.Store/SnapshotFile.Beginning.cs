using System.Collections.Immutable;
using Apache.Arrow;
using SideEye.Store.Derivation;

namespace SideEye.Store;

/// <content>How a file is begun: anew, as a copy of a blank one, or as a copy of one that is to be changed.</content>
public sealed partial class SnapshotFile
{
    /// <summary>Begins a new snapshot file that will be called <paramref name="path"/>.</summary>
    /// <exception cref="StoreException">The folder is missing or not writable, or another process writes the same
    /// file at this moment.</exception>
    public static SnapshotFile Create(string path) => Create(path, StoreLimits.ForWriting);

    /// <summary>Begins a new snapshot file within the given limits.</summary>
    /// <exception cref="StoreException">As for <see cref="Create(string)"/>.</exception>
    public static SnapshotFile Create(string path, StoreLimits limits)
    {
        string partialPath = PartialFile.MakeWay(path);
        return Begin(new SnapshotFile(path, PartialFile.OpenForWriting(partialPath, path, limits)),
            $"BEGIN; CREATE TABLE {MarkTable} (format VARCHAR NOT NULL, version INTEGER NOT NULL);"
            + $"INSERT INTO {MarkTable} VALUES ({SqlTypes.Literal(Format)}, {FormatVersion});"
            + $"COMMENT ON TABLE {MarkTable} IS 'Marks this file as a Side-Eye snapshot.'");
    }

    /// <summary>Begins a new snapshot file as a copy of another that has tables, also those of a derivation, and no
    /// rows.</summary>
    /// <exception cref="StoreException">As for <see cref="Create(string)"/>.</exception>
    internal static SnapshotFile CreateFrom(
        ReadOnlySpan<byte> blank, StoredNames begun, ImmutableArray<KeyValuePair<string, Schema>> tables, string path,
        SpareInstances spares)
    {
        string partialPath = PartialFile.MakeWay(path);
        PartialFile.Fill(partialPath, path, blank);
        SnapshotFile file = Begin(
            new SnapshotFile(path, PartialFile.OpenForWriting(partialPath, path, spares.Limits, spares))
            {
                begun = begun,
                closesLater = true,
            },
            "BEGIN");
        foreach ((string name, Schema schema) in tables)
        {
            file.tables.Add(name, schema);
            file.names.Add(name);
            file.repeating.Add(name);
        }
        return file;
    }

    /// <summary>
    /// Opens a copy of a complete snapshot file, to derive anew; the file itself changes on <see cref="Commit"/>, in
    /// one step.
    /// </summary>
    /// <exception cref="StoreException">It is no snapshot file, or cannot be copied or written.</exception>
    public static SnapshotFile OpenCopy(string path)
    {
        SnapshotReader.Open(path).Dispose();
        string partialPath = PartialFile.Copy(path);
        try
        {
            return new SnapshotFile(path, PartialFile.OpenForWriting(partialPath, path, StoreLimits.ForWriting));
        }
        catch
        {
            PartialFile.Remove(partialPath);
            throw;
        }
    }

    private static SnapshotFile Begin(SnapshotFile file, string sql)
    {
        try
        {
            file.Run(sql);
            file.isInTransaction = true;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
