using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>
/// Lets those who ask the same of one snapshot at about the same time share an answer, as people do who look at one
/// dashboard: the first has the query run, the others get what came of it.
/// </summary>
/// <remarks>
/// A query that runs is joined; when it has ended, its answer is given to others for a second after it began: what SQL
/// says of now, or by chance, is hardly older for them. For any number of threads.
/// </remarks>
/// <param name="inner">Runs queries.</param>
/// <param name="limits">How long and how much is shared.</param>
/// <param name="time">The clock.</param>
public sealed class SharedAnswers(IQueryRunner inner, QueryRunnerLimits limits, TimeProvider time) : IQueryRunner
{
    private readonly Lock gate = new();
    private readonly Dictionary<AnswerKey, Entry> entries = [];
    private readonly Queue<Entry> ended = [];
    private long bytes;
    private long count;

    /// <summary>How many queries were answered with what another had asked.</summary>
    public long Count => Interlocked.Read(ref count);

    /// <inheritdoc/>
    public async Task<QueryOutcome> RunAsync(
        QueryRequest request, QuerySubject subject, IQuerySink sink, CancellationToken stop)
    {
        Task<QueryOutcome> RunFor(IQuerySink taker) => inner.RunAsync(request, subject, taker, stop);
        if (AnswerKey.Of(request, subject) is not { } key)
            return await RunFor(sink).ConfigureAwait(false);
        while (true)
        {
            Entry entry = Join(key, out bool isFirst);
            if (isFirst)
                return await FirstAsync(entry, sink, RunFor, stop).ConfigureAwait(false);
            if (await entry.Answer.Task.WaitAsync(stop).ConfigureAwait(false) is { } answer)
            {
                Interlocked.Increment(ref count);
                await answer.SendAsync(sink, stop).ConfigureAwait(false);
                return answer.Outcome;
            }
            if (entry.IsTooLarge)
                return await RunFor(sink).ConfigureAwait(false);
            // Whoever had it run has gone away: one of the others has it run now.
        }
    }

    /// <inheritdoc/>
    public void Forget(string path)
    {
        lock (gate)
        {
            foreach (Entry entry in entries.Values.Where(entry => entry.Key.Path == path).ToArray())
                Remove(entry);
        }
        inner.Forget(path);
    }

    private async Task<QueryOutcome> FirstAsync(
        Entry entry, IQuerySink sink, Func<IQuerySink, Task<QueryOutcome>> run, CancellationToken stop)
    {
        AnswerRecorder recorder = new(sink, limits.SharedAnswerBytesMax, () =>
        {
            entry.IsTooLarge = true;
            entry.Answer.TrySetResult(null);
        });
        QueryOutcome outcome;
        try
        {
            outcome = await run(recorder).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Forget(entry);
            // What is wrong with the query is wrong for all who wait; that this caller has gone away is not.
            if (e is StoreException)
                entry.Answer.TrySetException(e);
            else
                entry.Answer.TrySetResult(null);
            _ = entry.Answer.Task.Exception; // nobody may be waiting
            throw;
        }
        if (recorder.Complete(outcome) is not { } answer)
        {
            Forget(entry);
            return outcome;
        }
        Keep(entry, answer);
        await answer.SendAsync(sink, stop).ConfigureAwait(false);
        return outcome;
    }

    private Entry Join(AnswerKey key, out bool isFirst)
    {
        lock (gate)
        {
            while (ended.TryPeek(out Entry? next) && (next.IsForgotten || IsOld(next)))
                Remove(ended.Dequeue());
            isFirst = !entries.TryGetValue(key, out Entry? entry) || (entry.Answer.Task.IsCompleted && IsOld(entry));
            if (isFirst)
                entries[key] = entry = new Entry(key, time.GetTimestamp());
            return entry!;
        }
    }

    private void Keep(Entry entry, KeptAnswer answer)
    {
        lock (gate)
        {
            if (!entry.IsForgotten)
            {
                entry.Bytes = answer.Bytes + entry.Key.Request.Length;
                bytes += entry.Bytes;
                ended.Enqueue(entry);
            }
            while (bytes > limits.SharedBytesMax && ended.TryDequeue(out Entry? first))
                Remove(first);
            entry.Answer.TrySetResult(answer);
        }
    }

    private bool IsOld(Entry entry) => time.GetElapsedTime(entry.Since) >= limits.SharedAgeMax;

    private void Forget(Entry entry)
    {
        lock (gate)
            Remove(entry);
    }

    private void Remove(Entry entry)
    {
        if (entry.IsForgotten)
            return;
        entry.IsForgotten = true;
        bytes -= entry.Bytes;
        if (entries.TryGetValue(entry.Key, out Entry? known) && known == entry)
            entries.Remove(entry.Key);
    }

    private sealed class Entry(AnswerKey key, long since)
    {
        public AnswerKey Key => key;

        /// <summary>When the query began.</summary>
        public long Since => since;

        public long Bytes { get; set; }

        public bool IsForgotten { get; set; }

        /// <summary>Whether others have to have it run too: set before <see cref="Answer"/>.</summary>
        public bool IsTooLarge { get; set; }

        /// <summary>What came of it; null when others have to ask themselves.</summary>
        public TaskCompletionSource<KeptAnswer?> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
