using SideEye.Capture.Births;

namespace SideEye.Capture.Tests;

/// <summary>When goroutines were created, as far as repeated looks at the ids that were issued can tell.</summary>
public sealed class Births
{
    private readonly BirthClock clock = new();

    [Fact]
    public void A_goroutine_was_created_between_the_looks_that_had_not_and_had_its_id()
    {
        Look(100, 16);
        Look(200, 32);
        Look(300, 48);
        Assert.Equal(new BirthBounds(100, 201), Of(20));
        Assert.Equal(new BirthBounds(200, 301), Of(48));
    }

    [Fact]
    public void Of_one_that_was_there_before_the_first_look_nobody_knows_since_when()
    {
        Look(100, 16);
        Assert.Equal(new BirthBounds(null, 101), Of(16));
        Assert.Equal(new BirthBounds(100, null), Of(17));
        Assert.True(new BirthClock().Known().IsEmpty);
    }

    [Fact]
    public void Ids_that_a_processor_keeps_are_not_issued_yet()
    {
        Look(100, 32, (5, 17), (30, 33));
        Look(200, 32, (9, 17), (30, 33));
        Look(300, 48, (9, 17), (30, 33));
        Look(400, 48, (10, 17));
        Assert.Equal(new BirthBounds(null, 101), Of(4));
        Assert.Equal(new BirthBounds(100, 201), Of(8));
        Assert.Equal(new BirthBounds(300, 401), Of(9));
        Assert.Equal(new BirthBounds(400, null), Of(10));
        Assert.Equal(new BirthBounds(300, 401), Of(32));
        Assert.Equal(new BirthBounds(200, 301), Of(40));
    }

    [Fact]
    public void While_nothing_is_created_nothing_grows_and_the_last_look_counts()
    {
        for (int i = 1; i <= 1000; i++)
            Look(i * 100, 16, (3, 17));
        Look(100_100, 16, (5, 17));
        Assert.Equal(2, clock.Count);
        Assert.Equal(new BirthBounds(100_000, 100_101), Of(3));
        Assert.Equal(new BirthBounds(null, 101), Of(2));
    }

    /// <summary>It had taken the ids from the common number and not written them down yet (newproc1).</summary>
    [Fact]
    public void A_look_at_a_processor_that_was_taking_ids_does_not_count_once_that_shows()
    {
        Look(100, 16);
        Look(200, 32);
        Look(300, 48, (20, 33));
        Assert.Equal(2, clock.Count);
        Assert.Equal(new BirthBounds(100, 301), Of(18));
        Assert.Equal(new BirthBounds(300, null), Of(20));
    }

    [Fact]
    public void Another_counting_begins_anew()
    {
        Look(100, 160);
        Look(200, 16);
        Assert.Equal(new BirthBounds(null, 201), Of(16));
        Assert.Equal(1, clock.Count);
    }

    /// <summary>A busy program for a month: what is remembered is little, and precise for its age.</summary>
    [Fact]
    public void Births_are_known_to_a_second_in_the_last_minute_and_to_a_part_of_their_age_before()
    {
        const int seconds = 30 * 24 * 3600;
        for (int i = 1; i <= seconds; i++)
            Look(i * 1_000_000_000L, (ulong)i * 16);

        Assert.InRange(clock.Count, BirthClock.RecentMax, BirthClock.RecentMax * 6);
        SideEye.Capture.Births.Births known = clock.Known();
        for (int age = 1; age < seconds - 1; age += 1 + (age / 100))
        {
            long born = ((seconds - age) * 1_000_000_000L) - 500_000_000;
            BirthBounds bounds = known.Of((ulong)(seconds - age) * 16);
            Assert.True(bounds.AfterNs < born && bounds.BeforeNs > born, $"{age} s: {bounds}");
            int precision = age < 60 ? 1 : Math.Max(1, age / (BirthClock.AgeParts - 2));
            Assert.InRange(bounds.BeforeNs!.Value - bounds.AfterNs!.Value, 0, (precision * 1_000_000_000L) + 1);
        }
    }

    private void Look(long atNs, ulong lastTaken, params (ulong From, ulong To)[] kept) => clock.See(
        new IssuedIds(lastTaken, [.. kept.Select(static ids => new KeptIds(ids.From, ids.To))]), atNs, atNs + 1);

    private BirthBounds Of(ulong id) => clock.Known().Of(id);
}
