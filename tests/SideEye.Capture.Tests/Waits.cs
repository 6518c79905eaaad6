using SideEye.Capture.Waits;
using SideEye.GoRuntime;

namespace SideEye.Capture.Tests;

/// <summary>How long a goroutine has waited, as far as repeated looks at it can tell.</summary>
public sealed class Waits(Zoo zoo) : IClassFixture<Zoo>
{
    private readonly WaitClock clock = new();

    private GLayout Layout => zoo.Binary.Layout.G;

    [Fact]
    public void A_wait_that_goes_on_began_when_it_was_first_seen()
    {
        MadeG g = new();
        Look(100, g);
        Look(200, g);
        Look(300, g);
        Assert.Equal(100, clock.FirstSeenNs(g.View(Layout)));
    }

    [Fact]
    public void A_goroutine_that_ran_in_between_waits_anew_even_at_the_same_place()
    {
        Look(100, new MadeG { TrackingSeq = 8 });
        Look(200, new MadeG { TrackingSeq = 9 });
        Assert.Equal(200, clock.FirstSeenNs(new MadeG { TrackingSeq = 9 }.View(Layout)));
        Assert.Null(clock.FirstSeenNs(new MadeG { TrackingSeq = 10 }.View(Layout)));
    }

    [Fact]
    public void Another_place_is_another_wait()
    {
        Look(100, new MadeG());
        Assert.Null(clock.FirstSeenNs(new MadeG { Pc = 0x402000 }.View(Layout)));
        Assert.Null(clock.FirstSeenNs(new MadeG { Sp = 0xc000046000 }.View(Layout)));
    }

    [Fact]
    public void A_goroutine_that_was_not_there_is_forgotten()
    {
        Look(100, new MadeG());
        Look(200);
        Assert.Equal(0, clock.Count);
        Assert.Null(clock.FirstSeenNs(new MadeG().View(Layout)));
        Look(300, new MadeG());
        Assert.Equal(300, clock.FirstSeenNs(new MadeG().View(Layout)));
    }

    [Fact]
    public void Goroutines_are_told_apart_by_their_ids()
    {
        Look(100, new MadeG { Id = 1 });
        Look(200, new MadeG { Id = 1 }, new MadeG { Id = 2 });
        Assert.Equal(100, clock.FirstSeenNs(new MadeG { Id = 1 }.View(Layout)));
        Assert.Equal(200, clock.FirstSeenNs(new MadeG { Id = 2 }.View(Layout)));
        Assert.Equal(2, clock.Count);
    }

    [Theory]
    [InlineData(GoroutineStatus.Running)]
    [InlineData(GoroutineStatus.Runnable)]
    [InlineData(GoroutineStatus.Preempted)]
    public void Who_does_not_wait_has_no_wait(GoroutineStatus status)
    {
        Look(100, new MadeG { Status = status });
        Assert.Null(clock.FirstSeenNs(new MadeG { Status = status }.View(Layout)));
    }

    [Fact]
    public void A_system_call_is_a_wait_and_another_one_is_another()
    {
        MadeG inCall = new() { Status = GoroutineStatus.Syscall, SyscallSp = 0xc000047100 };
        Look(100, inCall);
        Assert.Equal(100, clock.FirstSeenNs(inCall.View(Layout)));
        Assert.Null(clock.FirstSeenNs((inCall with { SyscallSp = 0xc000047200 }).View(Layout)));
    }

    [Fact]
    public void Of_two_bounds_the_longer_is_known()
    {
        WaitBound runtime = new(5, WaitBound.Runtime);
        WaitBound observed = new(9, WaitBound.Observed);
        Assert.Equal(observed, WaitBound.Longer(runtime, observed));
        Assert.Equal(observed, WaitBound.Longer(observed, runtime));
        Assert.Equal(runtime, WaitBound.Longer(runtime, null));
        Assert.Equal(runtime, WaitBound.Longer(null, runtime));
        Assert.Null(WaitBound.Longer(null, null));
    }

    private void Look(long now, params MadeG[] goroutines)
    {
        clock.BeginLook(goroutines.Length);
        foreach (MadeG g in goroutines)
            clock.See(g.View(Layout), now);
        clock.EndLook();
    }
}
