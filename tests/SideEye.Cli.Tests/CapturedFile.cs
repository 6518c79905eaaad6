using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.Tables;
using SideEye.Store;

namespace SideEye.Cli.Tests;

/// <summary>A snapshot file with one function table, of main.(*server).Get, made once for a test class.</summary>
public sealed class CapturedFile : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public CapturedFile()
    {
        Path = folder.File("shop.duckdb");
        using SnapshotFile file = SnapshotFile.Create(Path);
        SnapshotBuilder shop = ShopSnapshot.Build();
        foreach ((string table, Schema schema) in SnapshotSchema.Tables)
        {
            file.CreateTable(table, schema);
            using RecordBatch batch = shop.Batch(table);
            file.Append(table, batch);
        }
        file.Execute(SnapshotSchema.Views);
        foreach ((string table, Schema schema) in CaptureSchema.Tables)
            file.CreateTable(table, schema);
        Field request = CaptureSchema.Captured("request", StringType.Default, isJson: true, "The request.");
        Schema server = CaptureSchema.FunctionTable("main.(*server).Get", [request]);
        file.CreateTable("server_Get", server);
        using RecordBatch rows = new(server,
        [
            new Int32Array.Builder().Append(1).Append(1).Build(),
            new Int64Array.Builder().Append(100).Append(3).Build(),
            new Int32Array.Builder().Append(4).Append(2).Build(),
            new StringArray.Builder().Append("""{"client":{"id":7}}""").AppendNull().Build(),
        ], 2);
        file.Append("server_Get", rows);
        file.Execute($"INSERT INTO {CaptureSchema.FunctionTablesTable} VALUES "
            + "('server_Get', 'main.(*server).Get', 'request', 'request', 'main.request', 'JSON', false)");
        file.Commit();
    }

    public string Path { get; }

    public string Beside(string name) => folder.File(name);

    /// <summary>Writes a spec file.</summary>
    public string Spec(string name, string text)
    {
        File.WriteAllText(folder.File(name), text);
        return folder.File(name);
    }

    public void Dispose() => folder.Dispose();
}
