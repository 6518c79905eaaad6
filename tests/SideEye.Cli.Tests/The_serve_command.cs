using System.Net;
using System.Net.Sockets;

namespace SideEye.Cli.Tests;

public sealed class The_serve_command : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-test-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Says_where_it_listens_and_how_its_agents_are_and_ends_well_when_it_is_told_to()
    {
        // Twice: what has ended gives its folder free.
        for (int i = 0; i < 2; i++)
        {
            CommandRun run = SideEyeProcess.Shell($$"""
                export SIDEEYE_SERVE_AGENT=127.0.0.1:1 SIDEEYE_SERVE_LISTEN=127.0.0.1:0
                : > {{folder.FullName}}/said
                "$SIDEEYE" serve --data {{folder.FullName}}/data 2> {{folder.FullName}}/said > {{folder.FullName}}/log &
                left=1200
                until grep -q "cannot be reached" {{folder.FullName}}/said || [ $left = 0 ]; do
                    left=$((left - 1)); sleep 0.1
                done
                kill -TERM $!
                wait $!
                echo "exit code $?"
                cat {{folder.FullName}}/said
                """);
            Assert.StartsWith(
                "exit code 0\nsideeye: listening on http://127.0.0.1:", run.Output, StringComparison.Ordinal);
            Assert.Contains($"data in {folder.FullName}/data\nsideeye: 0 of 1 agent answers", run.Output,
                StringComparison.Ordinal);
            Assert.Contains("sideeye: 127.0.0.1:1 cannot be reached", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_folder_that_it_is_started_in_neither_configures_it_nor_is_watched()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "appsettings.json"),
            """{"Kestrel": {"Endpoints": {"another": {"Url": "http://127.0.0.1:no-port"}}}}""");
        CommandRun run = SideEyeProcess.Shell($$"""
            cd {{folder.FullName}}
            ASPNETCORE_URLS=http://nowhere:no-port "$SIDEEYE" serve --listen 127.0.0.1:0 --data data 2> said > log &
            left=1200
            until grep -q listening said || [ $left = 0 ] || ! kill -0 $!; do left=$((left - 1)); sleep 0.1; done
            cat said
            echo "$(ls -l /proc/$!/fd | grep -c inotify) folders watched"
            kill -TERM $!
            wait $!
            """);
        Assert.StartsWith("sideeye: listening on http://127.0.0.1:", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n0 folders watched\n", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--listen 0.0.0.0:0", 1, "listening on 0.0.0.0:0 without TLS")]
    [InlineData("--listen 192.0.2.1:1 --insecure", 1, "cannot listen on 192.0.2.1:1: this host has no such address")]
    [InlineData("--listen nowhere", 1, "--listen 'nowhere' is no address and port")]
    [InlineData("--token-file /nowhere/tokens", 1, "--token-file /nowhere/tokens: ")]
    [InlineData("--agent-ca /nowhere/ca.pem", 1, "/nowhere/ca.pem")]
    [InlineData("--data /proc/nowhere", 1, "/proc/nowhere")]
    [InlineData("--keep-age 7", 2, "--keep-age '7' is no span of time; write it as 30s, 90m, 12h or 7d")]
    [InlineData("--keep-size -1GB", 2, "--keep-size '-1GB' is no size")]
    [InlineData("--keep-count 0", 2, "--keep-count '0' is no number above zero")]
    [InlineData("--client-role boss", 2, "--client-role 'boss' is not viewer, editor or admin")]
    public void What_it_cannot_start_with_is_one_line(string options, int exitCode, string words)
    {
        string[] given = options.Split(' ');
        string[] data = given[0] == "--data" ? [] : ["--data", Path.Combine(folder.FullName, "data")];
        CommandRun run = SideEyeProcess.Run(["serve", .. data, .. given]);
        string line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("sideeye: ", line, StringComparison.Ordinal);
        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
    }

    [Fact]
    public void That_another_program_has_its_port_is_one_line()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        CommandRun run = SideEyeProcess.Run(
            "serve", "--data", Path.Combine(folder.FullName, "data"), "--listen", $"{taken.LocalEndpoint}");
        Assert.Equal(
            (1, "", $"sideeye: cannot listen on {taken.LocalEndpoint}: it is in use by another program\n"),
            (run.ExitCode, run.Output, run.Error));
    }
}
