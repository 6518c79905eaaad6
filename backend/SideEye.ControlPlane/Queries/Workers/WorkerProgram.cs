using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Queries.Workers;

/// <summary>What a worker does: it runs the queries that come over standard input, one at a time, and writes what
/// becomes of them to standard output, until that of its control plane is closed.</summary>
public static class WorkerProgram
{
    /// <summary>The first of the arguments with which a control plane starts a worker; the second are the limits.
    /// </summary>
    public const string Command = "query-worker";

    /// <summary>Runs to the end.</summary>
    /// <param name="limits">As <see cref="Arguments"/> gave them.</param>
    public static async Task RunAsync(string limits)
    {
        PreferAsVictim();
        using MessageStream messages = new(
            Console.OpenStandardInput(), Console.OpenStandardOutput(), WorkerLimits.Default.MessageBytesMax);
        using QueryRunner runner = new(JsonSerializer.Deserialize<QueryRunnerLimits>(limits)!);
        CancellationTokenSource cancelled = new();
        while (await messages.ReadAsync(WorkerOrder.Parser, CancellationToken.None).ConfigureAwait(false) is { } order)
        {
            switch (order.OrderCase)
            {
                case WorkerOrder.OrderOneofCase.Query:
                    cancelled.Dispose();
                    cancelled = new CancellationTokenSource();
                    _ = AnswerAsync(order.Query, runner, messages, cancelled.Token);
                    break;
                case WorkerOrder.OrderOneofCase.Cancel:
                    await cancelled.CancelAsync().ConfigureAwait(false);
                    break;
                default:
                    runner.Forget(order.Forget);
                    break;
            }
        }
        // A query that looks at no deadline would keep the process.
        Process.GetCurrentProcess().Kill();
    }

    /// <summary>The arguments of a worker's program.</summary>
    internal static IReadOnlyList<string> Arguments(QueryRunnerLimits limits) =>
        [Command, JsonSerializer.Serialize(limits)];

    private static async Task AnswerAsync(
        WorkerQuery query, QueryRunner runner, MessageStream messages, CancellationToken stop)
    {
        WorkerAnswer last;
        try
        {
            QueryOutcome outcome = await runner
                .RunAsync(query.Request, WorkerMessages.Subject(query), new Sink(messages), stop).ConfigureAwait(false);
            last = new WorkerAnswer
            {
                Outcome = new WorkerOutcome { ExecutedSql = outcome.ExecutedSql, Rows = outcome.Rows },
            };
        }
        catch (Exception e)
        {
            last = WorkerMessages.Failure(e);
        }
        await messages.WriteAsync(last, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>When memory is short, the kernel ends a worker and nobody else (proc_pid_oom_score_adj(5)).</summary>
    private static void PreferAsVictim()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it chooses by size.
        }
    }

    private sealed class Sink(MessageStream messages) : IQuerySink
    {
        public ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop) =>
            messages.WriteAsync(new WorkerAnswer { Frame = header }, stop);

        public ValueTask RowsAsync(ByteString arrow, CancellationToken stop) =>
            messages.WriteAsync(new WorkerAnswer { Rows = arrow }, stop);

        public void Notice(Notice notice) =>
            messages.WriteAsync(new WorkerAnswer { Notice = notice }, CancellationToken.None).AsTask().Wait();
    }
}
