using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.Tables;

namespace SideEye.Store.Tests;

public sealed class Storing_a_snapshot : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_value_comes_back_as_it_was_stored_and_unknown_stays_NULL()
    {
        string path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711, ("error", "naïve — ok"))
            .Goroutine(1, 7, 3, reason: "chan receive", waitedNs: 192_000_000_000, source: "observed",
                more: [("labels", """{"a":"b"}""")])
            .Stack(3, ("~main.a", "/src/a.go", 5), ("main.a_function_with_a_long_name", "/src/a.go", 9))
            .Write(path);

        Assert.Equal(["2026-03-14 15:09:26.535 | snap-1 | 41000000 | NULL | False"], QueryText.Ask(path,
            "SELECT captured_at, snapshot_id, duration_ns, error, truncated FROM snapshots"));
        Assert.Equal(["1 | 4711 | naïve — ok | NULL"], QueryText.Ask(path,
            "SELECT process_id, pid, error, goroutine_count FROM processes"));
        Assert.Equal(["7 | chan receive | 192000000000 | {\"a\":\"b\"} | NULL"], QueryText.Ask(path,
            "SELECT goroutine_id, wait_reason, waiting_for_ns, labels, thread_id FROM goroutines"));
        Assert.Equal(["0 | main.a | True | 4010c0", "1 | main.a_function_with_a_long_name | False | 4010c1"],
            QueryText.Ask(path, "SELECT frame_index, function, is_inlined, lower(to_hex(pc)) FROM frames"));
    }

    [Fact]
    public void All_column_types_survive_slices_chunk_borders_and_NULLs()
    {
        const int rows = 5_003;
        Schema schema = new(
        [
            new Field("b", BooleanType.Default, true), new Field("i8", Int8Type.Default, true),
            new Field("u32", UInt32Type.Default, true), new Field("d", DoubleType.Default, true),
            new Field("ns", new TimestampType(TimeUnit.Nanosecond, "UTC"), true),
            new Field("s", StringType.Default, true), new Field("x", BinaryType.Default, true),
        ], null);
        BooleanArray.Builder flags = new();
        Int8Array.Builder bytes = new();
        UInt32Array.Builder unsigned = new();
        DoubleArray.Builder floats = new();
        TimestampArray.Builder times = new(new TimestampType(TimeUnit.Nanosecond, "UTC"));
        StringArray.Builder texts = new();
        BinaryArray.Builder blobs = new();
        for (int row = 0; row < rows; row++)
        {
            if (row % 7 == 0)
            {
                flags.AppendNull(); bytes.AppendNull(); unsigned.AppendNull(); floats.AppendNull();
                times.AppendNull(); texts.AppendNull(); blobs.AppendNull();
                continue;
            }
            flags.Append(row % 3 == 0);
            bytes.Append((sbyte)(row % 128));
            unsigned.Append(4_000_000_000 + (uint)row);
            floats.Append(row / 4.0);
            times.Append(DateTimeOffset.UnixEpoch.AddMicroseconds(row));
            texts.Append(new string('x', row % 30));
            blobs.Append([(byte)row, 0, 255]);
        }
        IArrowArray[] columns =
        [
            flags.Build(), bytes.Build(), unsigned.Build(), floats.Build(), times.Build(), texts.Build(), blobs.Build(),
        ];
        string path = folder.File("types.duckdb");
        using (SnapshotFile file = SnapshotFile.Create(path))
        {
            file.CreateTable("t", schema);
            foreach ((int start, int count) in ((int, int)[])[(0, 13), (13, 4_000), (4_013, rows - 4_013)])
            {
                file.Append("t", new RecordBatch(
                    schema, columns.Select(column => ArrowArrayFactory.Slice(column, start, count)), count));
            }
            file.Commit();
        }

        const string Expected = """
            SELECT count(*) FROM (SELECT *, row_number() OVER () - 1 AS r FROM t)
            WHERE (r % 7 = 0 AND b IS NULL AND i8 IS NULL AND u32 IS NULL AND d IS NULL AND ns IS NULL
                   AND s IS NULL AND x IS NULL)
               OR (r % 7 <> 0 AND b = (r % 3 = 0) AND i8 = r % 128 AND u32 = 4000000000 + r AND d = r / 4.0
                   AND epoch_us(ns) = r AND length(s) = r % 30 AND trim(s, 'x') = '' AND octet_length(x) = 3)
            """;
        Assert.Equal([$"{rows}"], QueryText.Ask(path, Expected));
    }

    [Fact]
    public void Nothing_is_seen_under_the_name_before_commit_and_no_leftover_after_disposal()
    {
        string path = folder.File("a.duckdb");
        using (SnapshotFile file = SnapshotFile.Create(path))
        {
            file.CreateTable(SnapshotSchema.SnapshotsTable, SnapshotSchema.Snapshots);
            Assert.False(File.Exists(path));
        }
        Assert.Empty(folder.Names());

        using (SnapshotFile file = SnapshotFile.Create(path))
            file.Commit();
        Assert.Equal(["a.duckdb"], folder.Names());
    }

    [Fact]
    public void An_older_file_of_the_name_stays_until_the_new_one_is_complete()
    {
        string path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot("old").Write(path);
        using (SnapshotFile.Create(path))
            Assert.Equal(["old"], QueryText.Ask(path, "SELECT snapshot_id FROM snapshots"));
        Assert.Equal(["old"], QueryText.Ask(path, "SELECT snapshot_id FROM snapshots"));
        new SnapshotBuilder().Snapshot("new").Write(path);
        Assert.Equal(["new"], QueryText.Ask(path, "SELECT snapshot_id FROM snapshots"));
    }

    [Fact]
    public void A_leftover_of_a_killed_writer_is_replaced()
    {
        string path = folder.File("a.duckdb");
        File.WriteAllText(path + SnapshotFile.PartialSuffix, "half a file");
        new SnapshotBuilder().Snapshot().Write(path);
        Assert.Equal(["a.duckdb"], folder.Names());
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        StoreException e = Assert.Throws<StoreException>(() => SnapshotFile.Create(folder.File("no/such/a.duckdb")));
        Assert.Equal(StoreError.NotWritable, e.Error);
        Assert.Contains("there is no folder " + folder.File("no/such"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_NULL_where_none_may_be_is_an_error_that_names_the_table()
    {
        using SnapshotFile file = SnapshotFile.Create(folder.File("a.duckdb"));
        file.CreateTable(SnapshotSchema.SnapshotsTable, SnapshotSchema.Snapshots);
        using RecordBatch batch = new SnapshotBuilder().Snapshot(id: null!).Batch(SnapshotSchema.SnapshotsTable);
        Int32Array.Builder processIds = new();
        Schema schema = new([new Field("process_id", Int32Type.Default, false)], null);
        file.CreateTable("strict", schema);
        StoreException e = Assert.Throws<StoreException>(() =>
        {
            file.Append("strict", new RecordBatch(schema, [processIds.AppendNull().Build()], 1));
            file.Commit();
        });
        Assert.Contains("strict", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_with_other_columns_is_refused()
    {
        using SnapshotFile file = SnapshotFile.Create(folder.File("a.duckdb"));
        file.CreateTable(SnapshotSchema.StackFramesTable, SnapshotSchema.StackFrames);
        using RecordBatch batch = new SnapshotBuilder().Batch(SnapshotSchema.SnapshotsTable);
        Assert.Throws<ArgumentException>(() => file.Append(SnapshotSchema.StackFramesTable, batch));
    }

    [Fact]
    public void Every_column_and_view_says_what_it_is()
    {
        string path = folder.File("a.duckdb");
        new SnapshotBuilder().Write(path);
        Assert.Equal(["0"], QueryText.Ask(path, """
            SELECT count(*) FROM duckdb_columns() c JOIN duckdb_tables() t USING (table_oid)
            WHERE c.comment IS NULL AND t.table_name <> 'sideeye_file'
            """));
        Assert.Empty(QueryText.Ask(path,
            "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL"));
        Assert.Equal(["0"], QueryText.Ask(path, "SELECT count(*) FROM duckdb_tables() WHERE comment IS NULL"));
    }
}
