using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The audit log in the catalog.</summary>
public sealed partial class AuditLog : IAuditLog
{
    private readonly CatalogDatabase database;
    private readonly AuditLimits limits;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private int written = -1;

    /// <summary>The audit log of a catalog.</summary>
    public AuditLog(CatalogDatabase database, AuditLimits limits, TimeProvider time, ILogger<AuditLog> log)
    {
        this.database = database;
        this.limits = limits;
        this.time = time;
        this.log = log;
    }

    /// <inheritdoc/>
    public void Write(AuditEntry entry)
    {
        try
        {
            bool isTimeToTrim = (uint)Interlocked.Increment(ref written) % (uint)limits.TrimEvery == 0;
            database.Change(connection =>
            {
                Insert(connection, entry);
                if (isTimeToTrim)
                    Trim(connection);
            });
        }
        catch (CatalogException e)
        {
            LogFailed(entry.Who, entry.Action, entry.Subject, entry.Outcome, e.Message);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="CatalogException">The catalog cannot be read.</exception>
    public IReadOnlyList<AuditEntry> Read(long? before, int max) => database.Read(connection =>
        connection.Query<Row>("""
            SELECT number AS Number, at_us AS At, who AS Who, action AS Action, subject AS Subject, outcome AS Outcome
            FROM audit WHERE number < @before ORDER BY number DESC LIMIT @max
            """, new { before = before ?? long.MaxValue, max = Math.Clamp(max, 0, limits.PageMax) })
            .Select(static row => row.ToEntry()).ToList());

    private void Insert(SqliteConnection connection, AuditEntry entry) => connection.Execute("""
        INSERT INTO audit (at_us, who, action, subject, outcome) VALUES (@at, @who, @action, @subject, @outcome)
        """,
        new
        {
            at = CatalogTime.Micros(entry.At), who = Cut(entry.Who), action = Cut(entry.Action),
            subject = Cut(entry.Subject), outcome = Cut(entry.Outcome),
        });

    private void Trim(SqliteConnection connection) => connection.Execute("""
        DELETE FROM audit WHERE at_us < @oldest;
        DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - @count;
        """,
        new { oldest = CatalogTime.Micros(time.GetUtcNow() - limits.AgeMax), count = limits.EntriesMax });

    private string Cut(string text) => CatalogText.Start(text, limits.TextCharactersMax);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The audit log cannot be written ({Problem}): {Who} did {Action} to {Subject}: {Outcome}")]
    private partial void LogFailed(string who, string action, string subject, string outcome, string problem);

    private sealed record Row
    {
        public required long Number { get; init; }

        public required long At { get; init; }

        public required string Who { get; init; }

        public required string Action { get; init; }

        public required string Subject { get; init; }

        public required string Outcome { get; init; }

        public AuditEntry ToEntry() => new()
        {
            Number = Number, At = CatalogTime.Of(At), Who = Who, Action = Action, Subject = Subject, Outcome = Outcome,
        };
    }
}
