using SideEye.Target.Native;

namespace SideEye.Capture.Tests;

/// <summary>The words for what a limit kept from being copied.</summary>
public sealed class What_was_cut
{
    [Theory]
    [InlineData(NativeTruncation.Goroutines, 812, "812 goroutines were not reached: the pause limit was hit", true)]
    [InlineData(
        NativeTruncation.Goroutines | NativeTruncation.Room, 1, "1 goroutine was not reached: a size limit was hit",
        false)]
    [InlineData(NativeTruncation.Stacks, 0, "some stacks were not copied: the pause limit was hit", true)]
    [InlineData(
        NativeTruncation.Goroutines | NativeTruncation.Stacks | NativeTruncation.Labels, 3,
        "3 goroutines were not reached, some stacks were not copied, some pprof labels were not copied: "
        + "the pause limit was hit", true)]
    [InlineData(
        NativeTruncation.CapturesLate, 0, "some captured values were not copied: the pause limit was hit", true)]
    [InlineData(
        NativeTruncation.Stacks | NativeTruncation.Room | NativeTruncation.CapturesFull, 0,
        "some stacks were not copied: a size limit was hit; "
        + "some captured values were not copied: the limit of bytes of a snapshot was hit", false)]
    [InlineData(
        NativeTruncation.CapturesLong, 0,
        "some captured values were not copied: the limit of work for one goroutine was hit", false)]
    [InlineData((NativeTruncation)0, 0, null, false)]
    public void Says_what_is_missing_and_which_limit_was_hit(
        NativeTruncation truncated, ulong late, string? expected, bool isOfPause)
    {
        NativeSnapshotResult result = new() { Truncated = (uint)truncated, Late = late };
        Assert.Equal(expected, TruncationText.Of(result));
        Assert.Equal(isOfPause, TruncationText.IsOfPause(result));
    }
}
