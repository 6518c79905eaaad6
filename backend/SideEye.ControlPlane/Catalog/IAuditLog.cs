namespace SideEye.ControlPlane.Catalog;

/// <summary>Who captured and changed what, and when. Entries are only ever added, and forgotten by age.</summary>
/// <remarks>For any number of threads.</remarks>
public interface IAuditLog
{
    /// <summary>Adds an entry. A catalog that cannot be written does not stop what is done; the log says so.</summary>
    void Write(AuditEntry entry);

    /// <summary>Entries before one, newest first.</summary>
    /// <param name="before">Number of an entry that was read; null to begin with the newest.</param>
    /// <param name="max">How many at most.</param>
    IReadOnlyList<AuditEntry> Read(long? before, int max);
}

/// <summary>One entry of the audit log.</summary>
public sealed record AuditEntry
{
    /// <summary>Its number, growing; 0 for one that is not written yet.</summary>
    public long Number { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who, as <see cref="Serving.Person"/> is named; schedules as <c>schedule NAME</c>.</summary>
    public required string Who { get; init; }

    /// <summary>What was done: <c>capture</c>, <c>spec.put</c>, <c>spec.remove</c>, <c>schedule.put</c>,
    /// <c>schedule.remove</c>, <c>name.put</c>, <c>agent.put</c>, <c>agent.remove</c>,
    /// <c>snapshot.remove</c>, <c>snapshot.pin</c>, <c>export</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To what: a snapshot's id with program and environment, a document's name and version, ...</summary>
    public required string Subject { get; init; }

    /// <summary>What came of it: <c>done</c>, or why not.</summary>
    public required string Outcome { get; init; }
}
