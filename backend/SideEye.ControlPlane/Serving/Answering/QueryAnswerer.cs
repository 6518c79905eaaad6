using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Serving.Answering;

/// <summary>Answers queries, however they came: finds the snapshot that one means and has it asked.</summary>
/// <param name="desk">Hands out snapshots.</param>
/// <param name="shelf">The snapshots that are kept.</param>
/// <param name="runner">Asks their files.</param>
/// <param name="known">Names for pickers.</param>
/// <param name="counts">Counts queries.</param>
/// <param name="runnerLimits">Limits of answers.</param>
/// <param name="limits">What is taken from callers.</param>
public sealed class QueryAnswerer(
    ISnapshotDesk desk, ISnapshotShelf shelf, IQueryRunner runner, CurrentNames known, QueryCounts counts,
    QueryRunnerLimits runnerLimits, ServingLimits limits)
{
    /// <summary>Runs a query and sends its frames.</summary>
    /// <param name="request">What is asked; its caller's name and role are not looked at.</param>
    /// <param name="person">Who asks.</param>
    /// <param name="sink">Takes the frames. Notices are in the trailer and do not come here.</param>
    /// <param name="stop">Cancelled when nobody wants the answer any more.</param>
    /// <exception cref="StoreException">The query is wrong or reached a limit; for people.</exception>
    /// <exception cref="CaptureException">There is no snapshot that it could be asked of; for people.</exception>
    public async Task<Trailer> AnswerAsync(
        QueryRequest request, Person person, IQuerySink sink, CancellationToken stop)
    {
        string outcome = "failed";
        try
        {
            if (counts.Begin() > limits.QueriesMax)
            {
                throw new CaptureException(
                    $"{limits.QueriesMax} queries are running; try again later", null, CaptureError.TooMany);
            }
            Check(request);
            NoticedSink noticed = new(sink, limits.NoticesMax);
            Trailer trailer = await DispatchAsync(request, person, noticed, stop).ConfigureAwait(false);
            trailer.Notices.AddRange(noticed.Notices);
            outcome = "answered";
            return trailer;
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            counts.End(request.Kind, outcome);
        }
    }

    private async Task<Trailer> DispatchAsync(
        QueryRequest request, Person person, NoticedSink sink, CancellationToken stop)
    {
        QueryContext plain = new(request, new QuerySubject(), runnerLimits, sink, stop);
        return request.Kind switch
        {
            QueryKind.Snapshots => new Trailer
            {
                Rows = await SnapshotFrame.SendAsync(plain, InRange(request, SnapshotRowsMax(request)))
                    .ConfigureAwait(false),
            },
            QueryKind.Variables => await VariablesAsync(request, plain, sink, stop).ConfigureAwait(false),
            QueryKind.Sql when SnapshotReader.MayNameHistory(request.Sql) =>
                await HistoryAsync(request, person, sink, stop).ConfigureAwait(false),
            QueryKind.Unspecified => throw new StoreException(StoreError.Sql, "the query does not say its kind"),
            _ => await AskAsync(request, await HandAsync(request, person, sink, stop).ConfigureAwait(false), sink, stop)
                .ConfigureAwait(false),
        };
    }

    private async Task<Trailer> AskAsync(
        QueryRequest request, KeptSnapshot snapshot, NoticedSink sink, CancellationToken stop)
    {
        QuerySubject subject = new() { Snapshot = snapshot.Reference };
        QueryOutcome outcome = await runner.RunAsync(request, subject, sink, stop).ConfigureAwait(false);
        return new Trailer
        {
            SnapshotId = snapshot.SnapshotId, CapturedAtUnixNs = UnixTime.Nanoseconds(snapshot.CapturedAt),
            ExecutedSql = outcome.ExecutedSql, Rows = outcome.Rows,
        };
    }

    /// <summary>A query over the history wants the newest snapshot as well, but can do without.</summary>
    private async Task<Trailer> HistoryAsync(
        QueryRequest request, Person person, NoticedSink sink, CancellationToken stop)
    {
        KeptSnapshot? snapshot = null;
        try
        {
            snapshot = await HandAsync(request, person, sink, stop).ConfigureAwait(false);
        }
        catch (CaptureException e)
        {
            sink.Notice(new Notice
            {
                Severity = "warning", Kind = "partial", Text = $"Only the history is here: {e.Message}.",
            });
        }
        QuerySubject subject = new()
        {
            Snapshot = snapshot?.Reference,
            History =
            [
                .. WithNewest(InRange(request, limits.HistoryMax), snapshot, request)
                    .Where(static one => !one.IsPart).Select(static one => one.Reference),
            ],
        };
        QueryOutcome outcome = await runner.RunAsync(request, subject, sink, stop).ConfigureAwait(false);
        return new Trailer { ExecutedSql = outcome.ExecutedSql, Rows = outcome.Rows };
    }

    /// <summary>A time range that ends now has ended when the snapshot that its query had taken is there; that one is
    /// of the range all the same.</summary>
    private IReadOnlyList<KeptSnapshot> WithNewest(
        IReadOnlyList<KeptSnapshot> inRange, KeptSnapshot? handed, QueryRequest request)
    {
        if (handed is null)
            return inRange;
        TimeSpan after = handed.CapturedAt - UnixTime.Of(request.ToUnixNs);
        return after > TimeSpan.Zero && after <= limits.RangeEndMax ? [.. inRange, handed] : inRange;
    }

    /// <summary>Names for pickers never have a snapshot taken: a dashboard that loads asks for many.</summary>
    private async Task<Trailer> VariablesAsync(
        QueryRequest request, QueryContext plain, NoticedSink sink, CancellationToken stop)
    {
        Task<long>? sending = request.Variables?.What switch
        {
            "programs" => ChoicesFrame.SendAsync(plain, Choices(known.Programs)),
            "environments" => ChoicesFrame.SendAsync(plain, Choices(known.Environments)),
            "processes" => ChoicesFrame.SendAsync(
                plain, Choices(known.Processes(OrNull(request.Program), OrNull(request.Environment)))),
            "snapshots" => SnapshotFrame.SendChoicesAsync(plain, NewestFirst(request)),
            _ => null,
        };
        if (sending is null && Existing(request) is KeptSnapshot snapshot)
        {
            QuerySubject subject = new() { Snapshot = snapshot.Reference };
            QueryOutcome outcome = await runner.RunAsync(request, subject, sink, stop).ConfigureAwait(false);
            return new Trailer { ExecutedSql = outcome.ExecutedSql, Rows = outcome.Rows };
        }
        sending ??= ChoicesFrame.SendAsync(plain, []);
        return new Trailer { Rows = await sending.ConfigureAwait(false) };
    }

    private KeptSnapshot? Existing(QueryRequest request) => request.Snapshot?.ChoiceCase switch
    {
        SnapshotChoice.ChoiceOneofCase.Id => shelf.Find(request.Snapshot.Id),
        SnapshotChoice.ChoiceOneofCase.AsOfUnixNs => shelf.Newest(
            OrNull(request.Program), OrNull(request.Environment), UnixTime.Of(request.Snapshot.AsOfUnixNs)),
        _ => shelf.Newest(OrNull(request.Program), OrNull(request.Environment), null),
    };

    private async Task<KeptSnapshot> HandAsync(
        QueryRequest request, Person person, NoticedSink sink, CancellationToken stop)
    {
        Origin origin = request.Caller?.Origin ?? Origin.Unspecified;
        SnapshotWish wish = new(
            OrNull(request.Program), OrNull(request.Environment), request.Snapshot,
            request.WaitMaxNs > 0 ? UnixTime.Span(request.WaitMaxNs) : null, origin,
            origin == Origin.Alert ? $"alert rule ({person.Name})" : person.Name);
        HandedSnapshot handed = await desk.FindAsync(wish, stop).ConfigureAwait(false);
        foreach (Notice notice in handed.Notices)
            sink.Notice(notice);
        return handed.Snapshot;
    }

    private IEnumerable<KeptSnapshot> NewestFirst(QueryRequest request) =>
        InRange(request, runnerLimits.VariablesMax).Reverse();

    private IReadOnlyList<KeptSnapshot> InRange(QueryRequest request, int most) => shelf.Between(
        OrNull(request.Program), OrNull(request.Environment), UnixTime.Of(request.FromUnixNs),
        UnixTime.Of(request.ToUnixNs), most);

    private int SnapshotRowsMax(QueryRequest request) => (int)Math.Min(
        request.RowsMax > 0 ? request.RowsMax : limits.HistoryMax, limits.HistoryMax);

    private static IEnumerable<(string, string)> Choices(IEnumerable<string> names) =>
        names.Select(static name => (name, name));

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private void Check(QueryRequest request)
    {
        CheckName(request.Program, "program");
        CheckName(request.Environment, "environment");
        if (request.Processes.Count > limits.ProcessesMax)
        {
            throw new StoreException(StoreError.Sql, $"the query names {request.Processes.Count} processes, more than "
                + $"{limits.ProcessesMax}; leave them out to have all");
        }
    }

    private void CheckName(string name, string what)
    {
        if (name.Length > limits.NameCharactersMax || name.Any(char.IsControl))
        {
            throw new StoreException(StoreError.Sql, $"the name of the {what} is too long or has control characters");
        }
    }
}
