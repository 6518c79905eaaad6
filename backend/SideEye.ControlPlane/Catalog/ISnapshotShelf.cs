using SideEye.ControlPlane.Capturing;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The snapshots that are kept, newest known first by the time of capture.</summary>
/// <remarks>For any number of threads.</remarks>
public interface ISnapshotShelf
{
    /// <summary>Where the file of a new snapshot belongs.</summary>
    /// <exception cref="ArgumentException">The id is not a GUID as <c>Guid.ToString("N")</c>.</exception>
    string PathFor(string snapshotId);

    /// <summary>Lists a snapshot whose file is complete.</summary>
    KeptSnapshot Add(CaptureOrder order, TakenSnapshot taken);

    /// <summary>A snapshot that is kept; null when there is none of that id, or its file is gone.</summary>
    KeptSnapshot? Find(string snapshotId);

    /// <summary>The newest of a program and environment (null: of those taken of all), captured at
    /// <paramref name="notAfter"/> or before; null when there is none. Those of chosen agents or processes do not
    /// count.</summary>
    KeptSnapshot? Newest(string? program, string? environment, DateTimeOffset? notAfter);

    /// <summary>Those of a program and environment (null: any) captured in a time range, newest last;
    /// at most <paramref name="max"/>, the newest of them.</summary>
    IReadOnlyList<KeptSnapshot> Between(
        string? program, string? environment, DateTimeOffset from, DateTimeOffset to, int max);

    /// <summary>Removes a snapshot and its file. A query that reads it ends as it would have.</summary>
    /// <returns>False when there is none of that id.</returns>
    bool Remove(string snapshotId);

    /// <summary>Keeps a snapshot out of retention's reach, or gives it back.</summary>
    /// <returns>It as it is now; null when there is none of that id.</returns>
    KeptSnapshot? Pin(string snapshotId, bool isPinned);

    /// <summary>Raised, on any thread, when a snapshot was added.</summary>
    event Action<KeptSnapshot>? Added;
}
