using System.Globalization;
using Apache.Arrow;
using Google.Protobuf;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Tests;

/// <summary>An answer as it came: frames with their rows as text, values separated by " | ".</summary>
public sealed class QueryAnswer : IQuerySink
{
    public List<(FrameHeader Header, List<string> Rows)> Frames { get; } = [];

    public List<Notice> Notices { get; } = [];

    public List<int> Messages { get; } = [];

    public QueryOutcome? Outcome { get; private set; }

    /// <summary>The only frame's rows.</summary>
    public List<string> Rows => Assert.Single(Frames).Rows;

    public FrameHeader Header => Assert.Single(Frames).Header;

    public static async Task<QueryAnswer> Of(IQueryRunner runner, QueryRequest request, QuerySubject subject)
    {
        QueryAnswer answer = new();
        answer.Outcome = await runner.RunAsync(request, subject, answer, TestContext.Current.CancellationToken);
        Assert.Equal(answer.Frames.Sum(frame => frame.Rows.Count), answer.Outcome.Rows);
        return answer;
    }

    public ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop)
    {
        Frames.Add((header, []));
        return ValueTask.CompletedTask;
    }

    public ValueTask RowsAsync(ByteString arrow, CancellationToken stop)
    {
        (FrameHeader header, List<string> rows) = Frames[^1];
        Messages.Add(arrow.Length);
        IReadOnlyList<RecordBatch> batches = ArrowRows.Decode(arrow, out Schema schema);
        Assert.Equal(header.Columns.Select(column => column.Name), schema.FieldsList.Select(field => field.Name));
        foreach (RecordBatch batch in batches)
        {
            using (batch)
            {
                for (int row = 0; row < batch.Length; row++)
                    rows.Add(string.Join(" | ", batch.Arrays.Select(column => Text(column, row))));
            }
        }
        return ValueTask.CompletedTask;
    }

    public void Notice(Notice notice) => Notices.Add(notice);

    private static string Text(IArrowArray column, int row) => column.IsNull(row) ? "NULL" : column switch
    {
        StringArray texts => texts.GetString(row),
        Int64Array numbers => numbers.GetValue(row)!.Value.ToString(CultureInfo.InvariantCulture),
        Int32Array numbers => numbers.GetValue(row)!.Value.ToString(CultureInfo.InvariantCulture),
        DoubleArray numbers => numbers.GetValue(row)!.Value.ToString(CultureInfo.InvariantCulture),
        BooleanArray flags => flags.GetValue(row)!.Value ? "true" : "false",
        TimestampArray times => times.GetTimestamp(row)!.Value.UtcDateTime
            .ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        _ => column.Data.DataType.Name,
    };
}
