using Microsoft.Extensions.Time.Testing;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>A desk over a scripted taker and a clock that the test turns.</summary>
public abstract class DeskFixture : IAsyncDisposable
{
    protected static readonly FreshnessLimits Limits = FreshnessLimits.Default;

    private SnapshotDesk? desk;

    protected DeskFixture() => Taker = new ScriptedTaker(Time);

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 14, 15, 0, 0, TimeSpan.Zero));

    private protected MemoryShelf Shelf { get; } = new("/nowhere");

    private protected ScriptedTaker Taker { get; }

    private protected MemoryCatalog Catalog { get; } = new();

    protected CaptureCounts Counts { get; } = new();

    protected SnapshotDesk Desk => desk ??= new SnapshotDesk(
        Taker, Shelf, Catalog, Catalog, Counts, Limits, Time);

    /// <summary>A gate in the way of every capture from now on.</summary>
    protected TaskCompletionSource HoldCaptures()
    {
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Taker.OnTake = (_, stop) => held.Task.WaitAsync(stop);
        return held;
    }

    protected void FailCaptures(string reason) => Taker.OnTake = (_, _) => throw new CaptureException(reason);

    protected Task<HandedSnapshot> AskAsync(
        double maxAge = 10, string? program = "shop", Origin origin = Origin.Panel, double? wait = null,
        CancellationToken? stop = null) => Desk.FindAsync(
        Wish(new SnapshotChoice { Fresh = new FreshSnapshot { MaxAgeNs = (long)(maxAge * 1e9) } }, program, origin) with
        {
            WaitMax = wait is double seconds ? TimeSpan.FromSeconds(seconds) : null,
        },
        stop ?? Stop);

    protected static SnapshotWish Wish(
        SnapshotChoice? choice, string? program = "shop", Origin origin = Origin.Panel) =>
        new(program, null, choice, null, origin, "ann");

    protected async Task<KeptSnapshot> TakenAsync() => (await AskAsync()).Snapshot;

    /// <summary>Waits until something is so; the clock stands still meanwhile.</summary>
    protected static async Task UntilAsync(Func<bool> isSo)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(2), "it does not come");
            await Task.Delay(5, Stop);
        }
    }

    /// <summary>Turns the clock on.</summary>
    protected void Later(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (desk is not null)
            await desk.DisposeAsync();
    }
}
