using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Tests;

public sealed class The_catalog_file : CatalogFixture
{
    [Fact]
    public void A_data_folder_is_made_with_all_above_it_for_our_own_user_only()
    {
        string folder = Path.Combine(FolderName, "var", "sideeye");
        using CatalogDatabase database = CatalogDatabase.Open(folder);
        Assert.True(System.IO.File.Exists(Path.Combine(folder, "catalog.sqlite")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            System.IO.File.GetUnixFileMode(folder));
    }

    [Fact]
    public void A_second_control_plane_is_refused_and_told_who_has_the_folder()
    {
        using (CatalogDatabase.Open(FolderName))
        {
            CatalogException e = Assert.Throws<CatalogException>(() => CatalogDatabase.Open(FolderName));
            Assert.Equal(CatalogError.Conflict, e.Error);
            Assert.Contains(
                $"in use by another control plane (process {Environment.ProcessId})", e.Message,
                StringComparison.Ordinal);
        }
        CatalogDatabase.Open(FolderName).Dispose();
    }

    [Fact]
    public void A_catalog_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        CatalogDatabase.Open(FolderName).Dispose();
        Run("PRAGMA user_version = 9999");
        CatalogException e = Assert.Throws<CatalogException>(() => CatalogDatabase.Open(FolderName));
        Assert.Contains("catalog.sqlite has version 9999", e.Message, StringComparison.Ordinal);
        Assert.Contains("newer sideeye", e.Message, StringComparison.Ordinal);
        Assert.Equal(9999L, Run("PRAGMA user_version"));
    }

    [Fact]
    public void A_file_that_is_no_catalog_is_one_clear_error()
    {
        System.IO.File.WriteAllText(File("catalog.sqlite"), new string('x', 10_000));
        RefusesDamaged();
    }

    [Fact]
    public void A_catalog_with_a_broken_page_is_one_clear_error()
    {
        AuditLogOf(Database).Write(new AuditEntry
        {
            At = Start, Who = "ann", Action = "capture", Subject = new string('s', 1500), Outcome = "done",
        });
        Close();
        Run("PRAGMA wal_checkpoint(TRUNCATE)");
        using (FileStream file = System.IO.File.OpenWrite(File("catalog.sqlite")))
        {
            file.Position = 4096;
            file.Write(Enumerable.Repeat((byte)0xEE, (int)(file.Length - 4096)).ToArray());
        }
        RefusesDamaged();
    }

    [Fact]
    public void The_folder_is_free_again_after_a_start_that_failed()
    {
        System.IO.File.WriteAllText(File("catalog.sqlite"), new string('x', 10_000));
        RefusesDamaged();
        System.IO.File.Delete(File("catalog.sqlite"));
        Assert.NotNull(Database);
    }

    [Fact]
    public async Task All_that_is_kept_is_there_after_a_restart_and_retention_is_at_work()
    {
        ControlPlaneFolderOptions options = new()
        {
            Folder = FolderName, Retention = new RetentionLimits { CountMax = 1 },
        };
        KeptSnapshot newest;
        await using (ControlPlaneFolder folder = ControlPlaneFolder.Open(options, Time, NullLoggerFactory.Instance))
        {
            Add(folder.Shelf, Start.AddHours(-1));
            newest = Add(folder.Shelf, Start);
            folder.Specs.Put("empty", "version: 1", "ann", "", null);
            folder.Schedules.Put(new Schedule { Name = "hourly", Cron = "0 * * * *", Author = "ann" });
            folder.Audit.Write(new AuditEntry
            {
                At = Start, Who = "ann", Action = "spec.put", Subject = "empty", Outcome = "done",
            });
            Assert.Throws<CatalogException>(
                () => ControlPlaneFolder.Open(options, Time, NullLoggerFactory.Instance));
        }
        await using ControlPlaneFolder again = ControlPlaneFolder.Open(options, Time, NullLoggerFactory.Instance);
        Assert.Equal([newest], again.Shelf.Between(null, null, DateTimeOffset.MinValue, Start, 10));
        Assert.Equal("empty", Assert.Single(again.Specs.Documents).Name);
        Assert.Equal("hourly", Assert.Single(again.Schedules.All).Name);
        Assert.Equal("spec.put", Assert.Single(again.Audit.Read(null, 10)).Action);
    }

    private void RefusesDamaged()
    {
        CatalogException e = Assert.Throws<CatalogException>(() => CatalogDatabase.Open(FolderName));
        Assert.Equal(CatalogError.Broken, e.Error);
        Assert.StartsWith($"the catalog {File("catalog.sqlite")} is damaged", e.Message, StringComparison.Ordinal);
    }

    private static AuditLog AuditLogOf(CatalogDatabase database) => new(
        database, AuditLimits.Default, TimeProvider.System, NullLogger<AuditLog>.Instance);

    private object? Run(string sql)
    {
        using SqliteConnection connection = new($"Data Source={File("catalog.sqlite")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
