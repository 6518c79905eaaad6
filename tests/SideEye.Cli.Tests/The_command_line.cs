namespace SideEye.Cli.Tests;

public sealed class The_command_line(ShopFile shop) : IClassFixture<ShopFile>
{
    [Theory]
    [InlineData("sideeye")]
    [InlineData("nonsense")]
    [InlineData("stacks")]
    [InlineData("sql", "FILE")]
    [InlineData("sql", "FILE", "SELECT 1", "--format", "xml")]
    [InlineData("stacks", "FILE", "--process", "checkout")]
    [InlineData("stacks", "FILE", "--nonsense")]
    public void Wrong_usage_is_one_line_and_exit_code_2(params string[] arguments)
    {
        CommandRun run = SideEyeProcess.Run(
            [.. arguments.Where(a => a != "sideeye").Select(a => a == "FILE" ? shop.Path : a)]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Matches(@"^sideeye: [^\n]+; see sideeye( \w+)? --help\n$", run.Error);
    }

    [Theory]
    [InlineData("stacks")]
    [InlineData("sql", "SELECT 1")]
    [InlineData("flamegraph", "-o", "/dev/null")]
    public void A_missing_file_is_one_line_and_exit_code_1(params string[] arguments)
    {
        CommandRun run = SideEyeProcess.Run([arguments[0], shop.Beside("no.duckdb"), .. arguments[1..]]);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal($"sideeye: {shop.Beside("no.duckdb")}: no such file\n", run.Error);
    }

    [Fact]
    public void A_file_of_another_kind_is_one_line_and_exit_code_1()
    {
        string other = shop.Beside("other.txt");
        File.WriteAllText(other, "hello");
        CommandRun run = SideEyeProcess.Run("stacks", other);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Matches(@"^sideeye: [^\n]*other.txt is not a snapshot file[^\n]*\n$", run.Error);
    }

    [Theory]
    [InlineData("--help", "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 partial")]
    [InlineData("sql --help", "table|json|csv")]
    [InlineData("stacks --help", "lower bounds")]
    [InlineData("flamegraph --help", "OUT.html")]
    public void Help_says_what_a_command_does(string arguments, string expected)
    {
        CommandRun run = SideEyeProcess.Run(arguments.Split(' '));
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("snapshto", "sideeye: there is no command 'sideeye snapshto'; did you mean snapshot or snapshots?\n")]
    [InlineData("nonsense", "sideeye: there is no command 'sideeye nonsense'; see sideeye --help\n")]
    public void A_command_that_there_is_not_is_named(string command, string error)
    {
        CommandRun run = SideEyeProcess.Run(command);
        Assert.Equal((2, "", error), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData("snapshot --pid 4711x", "--pid '4711x' is no number it can be; see sideeye snapshot --help")]
    [InlineData("snapshot --pid 1 --nonsense", "there is no option '--nonsense'; see sideeye snapshot --help")]
    [InlineData("snapshot --pid --spec a.yaml", "--pid has no value; see sideeye snapshot --help")]
    [InlineData("stacks FILE --process x", "--process 'x' is no number it can be; see sideeye stacks --help")]
    public void An_option_that_is_no_number_is_told_so(string arguments, string error)
    {
        CommandRun run = SideEyeProcess.Run(arguments.Split(' '));
        Assert.Equal((2, "", $"sideeye: {error}\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void A_folder_that_there_is_not_is_named()
    {
        CommandRun run = SideEyeProcess.Run("flamegraph", shop.Path, "--out", "/no/such.html");
        Assert.Equal((1, "", "sideeye: /no/such.html cannot be written: there is no folder /no\n"),
            (run.ExitCode, run.Output, run.Error));
    }
}
