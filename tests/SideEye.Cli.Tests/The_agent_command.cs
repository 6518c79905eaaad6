using System.Runtime.Versioning;

namespace SideEye.Cli.Tests;

/// <summary><c>sideeye agent</c> becomes the program beside it, whatever that is told.</summary>
[SupportedOSPlatform("linux")]
public sealed class The_agent_command : IDisposable
{
    private static readonly string Beside = Path.Combine(AppContext.BaseDirectory, "sideeye-agent");

    public The_agent_command() => File.Delete(Beside);

    public void Dispose() => File.Delete(Beside);

    [Fact]
    public void Hands_all_options_on_and_takes_its_exit_code()
    {
        Make("#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n");
        CommandRun run = SideEyeProcess.Run("agent", "--listen", ":1", "--help", "a b", "--", "-x");
        Assert.Equal((7, "--listen\n:1\n--help\na b\n--\n-x\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public void Is_the_agent_itself_with_its_pid_so_that_signals_reach_it()
    {
        Make("#!/bin/sh\necho $$\n");
        CommandRun run = SideEyeProcess.Shell("\"$SIDEEYE\" agent & echo $!; wait $!");
        string[] pids = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, pids.Length);
        Assert.Equal(pids[0], pids[1]);
    }

    [Fact]
    public void Says_where_the_agent_should_be()
    {
        CommandRun run = SideEyeProcess.Run("agent");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains($"{Beside} should be beside sideeye", run.Error, StringComparison.Ordinal);
        Make("no program");
        File.SetUnixFileMode(Beside, UnixFileMode.UserRead);
        Assert.Contains("cannot be executed", SideEyeProcess.Run("agent").Error, StringComparison.Ordinal);
    }

    private static void Make(string text)
    {
        File.WriteAllText(Beside, text);
        File.SetUnixFileMode(Beside, (UnixFileMode)0b111_101_101);
    }
}
