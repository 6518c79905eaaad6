using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Freshness;

/// <summary>
/// Hands out snapshots. All who want a fresh one of the same program and environment share one capture, which goes on
/// when they have gone: the next refresh has it.
/// </summary>
/// <remarks>For any number of threads.</remarks>
public sealed class SnapshotDesk : ISnapshotDesk, IAsyncDisposable
{
    private readonly ISnapshotShelf shelf;
    private readonly CaptureCounts counts;
    private readonly FreshnessLimits limits;
    private readonly TimeProvider time;
    private readonly CaptureRoom room;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly Dictionary<(string? Program, string? Environment), SubjectCaptures> subjects = [];

    /// <summary>A desk.</summary>
    /// <param name="taker">Takes snapshots.</param>
    /// <param name="shelf">Keeps them.</param>
    /// <param name="specs">The spec that they are taken with.</param>
    /// <param name="audit">Notes every capture.</param>
    /// <param name="counts">Counts captures.</param>
    /// <param name="limits">How fresh, how often.</param>
    /// <param name="time">Our clock.</param>
    public SnapshotDesk(
        ISnapshotTaker taker, ISnapshotShelf shelf, ISpecsInForce specs, IAuditLog audit, CaptureCounts counts,
        FreshnessLimits limits, TimeProvider time)
    {
        this.shelf = shelf;
        this.counts = counts;
        this.limits = limits;
        this.time = time;
        room = new CaptureRoom(taker, shelf, specs, audit, counts, limits, time);
    }

    /// <inheritdoc/>
    public Task<HandedSnapshot> FindAsync(SnapshotWish wish, CancellationToken stop) => wish.Choice?.ChoiceCase switch
    {
        SnapshotChoice.ChoiceOneofCase.Id => Task.FromResult(Handed(
            shelf.Find(wish.Choice.Id), $"there is no snapshot {Shown(wish.Choice.Id)}; it may have been removed, "
                + "because only so many are kept")),
        SnapshotChoice.ChoiceOneofCase.Latest => Task.FromResult(Handed(
            shelf.Newest(wish.Program, wish.Environment, null), $"there is no snapshot{Of(wish)} yet; take one")),
        SnapshotChoice.ChoiceOneofCase.AsOfUnixNs => Task.FromResult(Handed(
            shelf.Newest(wish.Program, wish.Environment, UnixTime.Of(wish.Choice.AsOfUnixNs)),
            $"there is no snapshot{Of(wish)} of that time or before")),
        _ => FreshAsync(wish, stop),
    };

    /// <inheritdoc/>
    public async Task<KeptSnapshot> TakeAsync(ManualOrder order, CancellationToken stop)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop, this.stop.Token);
        try
        {
            return await room.CaptureAsync(order, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CaptureException("the control plane stops");
        }
    }

    /// <summary>Ends the captures that are under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        Task[] left;
        lock (gate)
            left = [.. subjects.Values.Select(static one => one.UnderWay).OfType<Task>()];
        await Task.WhenAll(left).ConfigureAwait(false);
    }

    private async Task<HandedSnapshot> FreshAsync(SnapshotWish wish, CancellationToken gone)
    {
        TimeSpan maxAge = MaxAge(wish);
        KeptSnapshot? older = shelf.Newest(wish.Program, wish.Environment, null);
        if (older is not null && IsYoung(older, maxAge))
            return Handed(older);
        Task<CaptureEnd>? capture;
        CaptureEnd? failure;
        lock (gate)
        {
            SubjectCaptures subject = SubjectOf(wish);
            failure = subject.LastFailure;
            // One that ended since the look at the shelf counts; else it would be taken twice.
            if (subject.UnderWay is null && subject.LastTaken is { } last
                && last.CapturedAt > (older?.CapturedAt ?? DateTimeOffset.MinValue))
            {
                older = last;
            }
            capture = subject.UnderWay
                ?? (time.GetUtcNow() < subject.RestUntil || (older is not null && IsYoung(older, maxAge))
                    ? null : Begin(subject, wish));
        }
        if (capture is not null)
            return await AwaitAsync(wish, capture, older, maxAge, gone).ConfigureAwait(false);
        if (older is not null && IsYoung(older, maxAge))
            return Handed(older);
        return Older(wish, older, maxAge, failure, "the last capture has only just ended");
    }

    private async Task<HandedSnapshot> AwaitAsync(
        SnapshotWish wish, Task<CaptureEnd> capture, KeptSnapshot? older, TimeSpan maxAge, CancellationToken gone)
    {
        DateTimeOffset askedAt = time.GetUtcNow();
        bool isAlert = wish.Origin == Origin.Alert;
        TimeSpan wait = older is null && !isAlert ? limits.CaptureMax : WaitOf(wish, isAlert);
        counts.Wait(1);
        try
        {
            CaptureEnd end = await capture.WaitAsync(wait, time, gone).ConfigureAwait(false);
            if (end.Snapshot is not { } taken)
            {
                // Somebody may have taken one by hand meanwhile.
                older = shelf.Newest(wish.Program, wish.Environment, null);
                return older is not null && IsYoung(older, maxAge) ? Handed(older)
                    : Older(wish, older, maxAge, end, "");
            }
            return taken.CapturedAt >= askedAt || IsYoung(taken, maxAge)
                ? Handed(taken)
                : Older(wish, taken, maxAge, null, "captures take longer than that");
        }
        catch (TimeoutException)
        {
            return Older(wish, older, maxAge, null,
                $"the capture takes longer than {DeskNotices.Words(wait)}, and is there for the next refresh");
        }
        finally
        {
            counts.Wait(-1);
        }
    }

    /// <summary>An older snapshot with the reason. An alert rule gets an error instead when it is too old: what nobody
    /// looks at must not look well because it is old.</summary>
    private HandedSnapshot Older(
        SnapshotWish wish, KeptSnapshot? older, TimeSpan maxAge, CaptureEnd? failure, string why)
    {
        if (older is null)
            throw failure?.ToException() ?? new CaptureException($"there is no snapshot{Of(wish)}: {why}");
        TimeSpan age = time.GetUtcNow() - older.CapturedAt;
        string? reason = failure?.ToException().Message;
        if (wish.Origin == Origin.Alert && age > maxAge * limits.AlertAgeFactor)
        {
            throw new CaptureException(
                $"the newest snapshot{Of(wish)} is {DeskNotices.Words(age)} old, and an alert rule takes none older "
                + $"than {DeskNotices.Words(maxAge * limits.AlertAgeFactor)}: {reason ?? why}",
                failure?.Failure, CaptureError.TooOld);
        }
        Notice notice = reason is null
            ? DeskNotices.Stale(age, why) : DeskNotices.Failed(age, reason, limits);
        return new HandedSnapshot(older, [notice, .. DeskNotices.Of(older, limits)]);
    }

    /// <summary>Begins a capture that belongs to nobody: those who wait for it may go.</summary>
    private Task<CaptureEnd> Begin(SubjectCaptures subject, SnapshotWish wish)
    {
        ManualOrder order = new()
        {
            RequestedBy = wish.RequestedBy, Program = wish.Program, Environment = wish.Environment,
        };
        return subject.UnderWay = Task.Run(() => CaptureAsync(subject, order), CancellationToken.None);
    }

    private async Task<CaptureEnd> CaptureAsync(SubjectCaptures subject, ManualOrder order)
    {
        long start = time.GetTimestamp();
        KeptSnapshot? snapshot = null;
        Exception? failure = null;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        end.CancelAfter(limits.CaptureMax);
        try
        {
            snapshot = await room.CaptureAsync(order, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            failure = new CaptureException(stop.IsCancellationRequested ? "the control plane stops"
                : $"the capture took longer than {DeskNotices.Words(limits.CaptureMax)}", e);
        }
        catch (Exception e)
        {
            // Whatever it is: all who wait are told.
            failure = e;
        }
        CaptureEnd result = new(time.GetUtcNow(), snapshot, failure);
        lock (gate)
            subject.Note(result, time.GetElapsedTime(start), limits);
        return result;
    }

    private SubjectCaptures SubjectOf(SnapshotWish wish)
    {
        if (subjects.TryGetValue((wish.Program, wish.Environment), out SubjectCaptures? subject))
            return subject;
        if (subjects.Count >= limits.SubjectsMax)
        {
            DateTimeOffset now = time.GetUtcNow();
            foreach (var rested in subjects.Where(one => one.Value.UnderWay is null && one.Value.RestUntil <= now))
                subjects.Remove(rested.Key);
        }
        if (subjects.Count >= limits.SubjectsMax)
        {
            throw new CaptureException(
                $"snapshots of {limits.SubjectsMax} programs and environments were just asked for; try again later",
                null, CaptureError.TooMany);
        }
        return subjects[(wish.Program, wish.Environment)] = new SubjectCaptures();
    }

    private TimeSpan MaxAge(SnapshotWish wish)
    {
        long asked = wish.Choice?.Fresh?.MaxAgeNs ?? 0;
        TimeSpan age = asked > 0 ? UnixTime.Span(asked) : limits.MaxAgeDefault;
        return age > limits.MaxAgeMin ? age : limits.MaxAgeMin;
    }

    private TimeSpan WaitOf(SnapshotWish wish, bool isAlert)
    {
        TimeSpan wait = wish.WaitMax ?? limits.WaitDefault;
        if (isAlert && wait < limits.AlertWait)
            wait = limits.AlertWait;
        return wait < limits.WaitMax ? wait : limits.WaitMax;
    }

    // After our clock was set back, what was captured before is of the future, and says nothing of now.
    private bool IsYoung(KeptSnapshot snapshot, TimeSpan maxAge)
    {
        TimeSpan age = time.GetUtcNow() - snapshot.CapturedAt;
        return age <= maxAge && age >= -maxAge;
    }

    private HandedSnapshot Handed(KeptSnapshot? snapshot, string whyNone) => snapshot is not null
        ? Handed(snapshot) : throw new CaptureException(whyNone, null, CaptureError.NoSuchSnapshot);

    private HandedSnapshot Handed(KeptSnapshot snapshot) => new(snapshot, [.. DeskNotices.Of(snapshot, limits)]);

    private static string Of(SnapshotWish wish)
    {
        string program = wish.Program is null ? "" : $" of program {wish.Program}";
        return wish.Environment is null ? program : $"{program} in environment {wish.Environment}";
    }

    private static string Shown(string id) =>
        id.Length <= 64 && id.All(char.IsAsciiLetterOrDigit) ? id : "of that identity";
}
