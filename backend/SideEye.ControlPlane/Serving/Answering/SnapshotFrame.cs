using System.Globalization;
using Apache.Arrow;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Queries;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.ControlPlane.Serving.Answering;

/// <summary>The snapshots that are kept, as a frame.</summary>
internal static class SnapshotFrame
{
    private static readonly Column[] Columns =
    [
        Named("snapshot_id", "VARCHAR", "Identity of the snapshot."),
        Named("captured_at", "TIMESTAMP WITH TIME ZONE", "When its first process was frozen."),
        Named("program", "VARCHAR", "The program that it was taken of; NULL for all."),
        Named("environment", "VARCHAR", "The environment that it was taken of; NULL for all."),
        Named("requested_by", "VARCHAR", "Who asked for it."),
        Named("duration_ns", "BIGINT", "From the order to the complete file."),
        Named("pause_max_ns", "BIGINT", "The longest pause of a process."),
        Named("processes", "BIGINT", "Processes captured."),
        Named("goroutines", "BIGINT", "Goroutines captured."),
        Named("file_bytes", "BIGINT", "Size of the file."),
        Named("is_truncated", "BOOLEAN", "Whether a limit or deadline cut something."),
        Named("error", "VARCHAR", "Why part of it failed; NULL when nothing did."),
    ];

    /// <summary>Sends snapshots.</summary>
    /// <returns>How many.</returns>
    public static async Task<long> SendAsync(QueryContext context, IReadOnlyList<KeptSnapshot> kept)
    {
        RecordBatch rows = Rows(kept);
        using FrameSender sender = new(context);
        return await sender.SendAsync("snapshots", Columns, rows).ConfigureAwait(false);
    }

    /// <summary>Sends snapshots as choices: when and of what, and the id behind it.</summary>
    public static Task<long> SendChoicesAsync(QueryContext context, IEnumerable<KeptSnapshot> kept) =>
        ChoicesFrame.SendAsync(context, kept.Select(static one => (Text(one), one.SnapshotId)));

    private static string Text(KeptSnapshot one)
    {
        string at = one.CapturedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return string.Join(' ', new[] { at, one.Program, one.Environment }.OfType<string>());
    }

    private static RecordBatch Rows(IReadOnlyList<KeptSnapshot> kept) => new(
        ArrowColumns.Schema(Columns),
        [
            ArrowColumns.Texts(kept.Select(static one => one.SnapshotId)),
            ArrowColumns.Times(kept.Select(static one => one.CapturedAt)),
            ArrowColumns.Texts(kept.Select(static one => one.Program)),
            ArrowColumns.Texts(kept.Select(static one => one.Environment)),
            ArrowColumns.Texts(kept.Select(static one => one.RequestedBy)),
            ArrowColumns.Numbers(kept.Select(static one => (long?)UnixTime.Nanoseconds(one.Duration))),
            ArrowColumns.Numbers(kept.Select(static one => (long?)UnixTime.Nanoseconds(one.PauseMax))),
            ArrowColumns.Numbers(kept.Select(static one => (long?)one.Processes)),
            ArrowColumns.Numbers(kept.Select(static one => (long?)one.Goroutines)),
            ArrowColumns.Numbers(kept.Select(static one => (long?)one.FileBytes)),
            ArrowColumns.Flags(kept.Select(static one => one.IsTruncated)),
            ArrowColumns.Texts(kept.Select(static one => one.Error)),
        ],
        kept.Count);

    private static Column Named(string name, string type, string description)
    {
        Column column = ColumnMeaning.Of(new Store.BatchColumn(name, type));
        column.Description = description;
        if (name is "processes" or "goroutines")
            column.Unit = "count";
        return column;
    }
}
