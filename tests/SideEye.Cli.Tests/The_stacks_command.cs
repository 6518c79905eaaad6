using System.Text.Json;

namespace SideEye.Cli.Tests;

public sealed class The_stacks_command(ShopFile shop) : IClassFixture<ShopFile>
{
    [Fact]
    public void Reads_like_a_goroutine_dump_with_equal_stacks_together()
    {
        CommandRun run = SideEyeProcess.Run("stacks", shop.Path);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Golden.Verify("stacks.txt", run.Output);
    }

    [Fact]
    public void All_shows_the_runtime_as_well()
    {
        CommandRun run = SideEyeProcess.Run("stacks", shop.Path, "--all", "--process", "1");
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Golden.Verify("stacks.all.txt", run.Output);
    }

    [Fact]
    public void JSON_has_the_same_groups()
    {
        CommandRun run = SideEyeProcess.Run("stacks", shop.Path, "--json");
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Golden.Verify("stacks.json", run.Output);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Equal(2, document.RootElement.GetArrayLength());
    }

    [Fact]
    public void A_process_that_is_not_there_is_named_with_those_that_are()
    {
        CommandRun run = SideEyeProcess.Run("stacks", shop.Path, "--process", "9");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal(
            "sideeye: the snapshot has no process 9; it has 1 (checkout, pid 4711), 2 (stock, pid 4712)\n", run.Error);
    }

    [Fact]
    public void An_empty_snapshot_is_no_error()
    {
        string empty = shop.Beside("empty.duckdb");
        new SnapshotBuilder().Write(empty);
        CommandRun run = SideEyeProcess.Run("stacks", empty);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("No processes in this snapshot", run.Output, StringComparison.Ordinal);
        Assert.Equal("[]\n", SideEyeProcess.Run("stacks", empty, "--json").Output);
    }

    [Fact]
    public void Without_a_terminal_there_are_no_colours()
    {
        Assert.DoesNotContain('\e', SideEyeProcess.Run("stacks", shop.Path).Output);
    }
}
