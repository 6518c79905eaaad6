namespace SideEye.Store;

/// <summary>What kind of thing went wrong in a <see cref="StoreException"/>.</summary>
public enum StoreError
{
    /// <summary>The file does not exist or cannot be opened for reading.</summary>
    NoSuchFile,

    /// <summary>The file exists and is not a snapshot file of ours.</summary>
    NotASnapshotFile,

    /// <summary>The file was written by a newer version of the program.</summary>
    NewerVersion,

    /// <summary>Another process is writing the same file.</summary>
    Busy,

    /// <summary>The file cannot be written: missing folder, permission, disk full.</summary>
    NotWritable,

    /// <summary>The SQL is wrong, or asks for something that is not allowed in a snapshot file.</summary>
    Sql,

    /// <summary>The query needs more memory than its limit.</summary>
    OutOfMemory,

    /// <summary>The query has more rows than its limit.</summary>
    RowLimit,

    /// <summary>The query took longer than its limit.</summary>
    TimeLimit,

    /// <summary>The result, or one value of it, has more bytes than its limit.</summary>
    ResultSize,

    /// <summary>The file could be opened, but a part of it that the query needs is damaged.</summary>
    Damaged,
}
