using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Tests;

public sealed class The_audit_log : CatalogFixture
{
    [Fact]
    public void Entries_are_read_page_by_page_newest_first_also_after_a_restart()
    {
        AuditLog log = Log();
        for (int i = 1; i <= 5; i++)
            log.Write(Entry($"s{i}"));
        Close();
        log = Log();
        IReadOnlyList<AuditEntry> first = log.Read(null, 2);
        Assert.Equal(["s5", "s4"], first.Select(static one => one.Subject));
        Assert.Equal(Entry("s5") with { Number = first[0].Number }, first[0]);
        IReadOnlyList<AuditEntry> second = log.Read(first[^1].Number, 100);
        Assert.Equal(["s3", "s2", "s1"], second.Select(static one => one.Subject));
        Assert.Empty(log.Read(second[^1].Number, 100));
        Assert.Empty(log.Read(null, -1));
    }

    [Fact]
    public void Old_entries_go_by_age_and_by_number_and_numbers_are_never_given_twice()
    {
        AuditLog log = Log(new AuditLimits { AgeMax = TimeSpan.FromDays(10), EntriesMax = 3, TrimEvery = 1 });
        log.Write(Entry("old"));
        Time.Advance(TimeSpan.FromDays(11));
        log.Write(Entry("new"));
        Assert.Equal("new", Assert.Single(log.Read(null, 10)).Subject);
        for (int i = 0; i < 5; i++)
            log.Write(Entry($"s{i}"));
        Assert.Equal(["s4", "s3", "s2"], log.Read(null, 10).Select(static one => one.Subject));
        Assert.Equal(7, log.Read(null, 1)[0].Number);
    }

    [Fact]
    public void Long_texts_are_cut_and_quotes_are_only_text()
    {
        AuditLog log = Log();
        log.Write(Entry(new string('x', 1_000_000)));
        log.Write(Entry("'); DROP TABLE audit; --"));
        IReadOnlyList<AuditEntry> entries = log.Read(null, 10);
        Assert.Equal("'); DROP TABLE audit; --", entries[0].Subject);
        Assert.Equal(2000, entries[1].Subject.Length);
        Assert.EndsWith("…", entries[1].Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void A_catalog_that_cannot_be_written_stops_nobody()
    {
        AuditLog log = Log();
        using (SqliteConnection connection = new($"Data Source={Database.FilePath};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "DROP TABLE audit";
            command.ExecuteNonQuery();
        }
        log.Write(Entry("lost"));
        CatalogException e = Assert.Throws<CatalogException>(() => log.Read(null, 1));
        Assert.Contains("catalog.sqlite cannot be used", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_threads_write_and_nothing_is_lost()
    {
        AuditLog log = Log();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 25; i++)
                log.Write(Entry($"{thread} {i}"));
        }, Stop)));
        Assert.Equal(200, log.Read(null, 1000).Select(static one => one.Subject).Distinct().Count());
    }

    private AuditEntry Entry(string subject) => new()
    {
        At = Time.GetUtcNow(), Who = "ann", Action = "capture", Subject = subject, Outcome = "done",
    };

    private AuditLog Log(AuditLimits? limits = null) =>
        new(Database, limits ?? AuditLimits.Default, Time, NullLogger<AuditLog>.Instance);
}
