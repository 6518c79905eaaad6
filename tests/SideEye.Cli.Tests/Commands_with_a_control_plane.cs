namespace SideEye.Cli.Tests;

/// <summary>The commands that ask a control plane, against one that runs and has no agent that answers.</summary>
public sealed class Commands_with_a_control_plane : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private RunningProgram controlPlane = null!;
    private string address = "";

    public async ValueTask InitializeAsync()
    {
        controlPlane = await RunningProgram.StartAsync(
            [
                SideEyeProcess.Executable, "serve", "--listen", "127.0.0.1:0", "--agent", "127.0.0.1:1",
                "--data", folder.File("data"),
            ],
            "listening on http://");
        string said = controlPlane.Log;
        address = said[said.IndexOf("http://", StringComparison.Ordinal)..].Split(',')[0];
    }

    public async ValueTask DisposeAsync()
    {
        await controlPlane.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_spec_is_put_in_force_as_versions_and_a_wrong_one_changes_nothing()
    {
        string spec = folder.File("shop.yaml");
        await WriteAsync(spec, "version: 1\nprograms:\n  - name: shop\n    match: { executable: shop }\n");
        Assert.Equal("shop version 1 is in force\n", Done("spec", "push", spec, "--server", address));
        Assert.Equal("shop version 1 is in force\n", Done("spec", "push", spec, "--server", address));
        await WriteAsync(spec, "version: 1\nprograms:\n  - name: shop\n    match: { executable: till }\n");
        Assert.Equal("shop version 2 is in force\n", Done("spec", "push", spec, "--server", address, "-m", "renamed"));
        await WriteAsync(spec, "version: 1\nprogrammes: []\n");
        CommandRun wrong = SideEyeProcess.Run("spec", "push", spec, "--server", address);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("shop:2:1: ", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("'programs'", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_it_keeps_and_whom_it_watches_is_listed()
    {
        CommandRun none = SideEyeProcess.Run("snapshots", "--server", address);
        Assert.Equal(
            (0, "sideeye: there are none; sideeye snapshot --server URL takes one\n"), (none.ExitCode, none.Error));
        Assert.Equal("[]\n", Done("snapshots", "--server", address, "--json"));
        CommandRun processes = SideEyeProcess.Run("ps", "--server", address, "--json");
        Assert.Equal((3, "[]\n"), (processes.ExitCode, processes.Output));
        Assert.Contains("127.0.0.1:1 cannot be reached", processes.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_that_cannot_be_taken_or_found_is_one_line_and_no_file()
    {
        string file = folder.File("now.duckdb");
        CommandRun taken = SideEyeProcess.Run("snapshot", "--server", address, "--out", file);
        Assert.Equal(1, taken.ExitCode);
        Assert.StartsWith("sideeye: nothing was captured: 127.0.0.1:1 cannot be reached", taken.Error,
            StringComparison.Ordinal);
        CommandRun found = SideEyeProcess.Run("snapshot", "--server", address, "--id", "latest", "--out", file);
        Assert.Equal((1, "sideeye: there are no snapshots yet; take one\n"), (found.ExitCode, found.Error));
        CommandRun odd = SideEyeProcess.Run("snapshot", "--server", address, "--id", "../catalog.sqlite");
        Assert.Equal(1, odd.ExitCode);
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData("snapshot --program shop", 2, "--program goes with --server")]
    [InlineData("snapshot --server http://127.0.0.1:1 --pid 1", 2, "--pid is about this host")]
    [InlineData("snapshot --server http://127.0.0.1:1 --spec x.yaml", 2, "--spec is about this host")]
    [InlineData("snapshot --server http://127.0.0.1:1", 1, "the control plane at 127.0.0.1:1 cannot be reached")]
    [InlineData("snapshots --server ftp://nowhere", 2, "--server 'ftp://nowhere' is no address")]
    [InlineData("snapshots", 2, "which control plane? give --server URL, or set SIDEEYE_SERVER")]
    [InlineData("ps --server http://sideeye.example --token-file /nowhere", 2, "the token would go to sideeye.example")]
    [InlineData("ps --server https://127.0.0.1:1 --token-file /nowhere", 1, "/nowhere")]
    public void What_cannot_be_asked_is_one_line(string line, int exitCode, string words)
    {
        CommandRun run = SideEyeProcess.Run(line.Split(' '));
        Assert.Equal(exitCode, run.ExitCode);
        string said = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(words, said, StringComparison.Ordinal);
    }

    private static string Done(params string[] arguments)
    {
        CommandRun run = SideEyeProcess.Run(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }

    private static Task WriteAsync(string file, string text) =>
        File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
}
