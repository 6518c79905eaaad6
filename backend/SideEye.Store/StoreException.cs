namespace SideEye.Store;

/// <summary>
/// A snapshot file could not be written, read or queried. The message is a sentence for people that names the file
/// or the place in the SQL, without a full stop.
/// </summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="error">The kind of failure.</param>
    /// <param name="message">What happened, to which thing, and what to do where something can be done.</param>
    /// <param name="cause">The database's or file system's own exception.</param>
    public StoreException(StoreError error, string message, Exception? cause = null)
        : base(message, cause) => Error = error;

    /// <summary>The kind of failure.</summary>
    public StoreError Error { get; }
}
