using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using SideEye.Protocol.Agent;

namespace SideEye.Deploy.Tests;

/// <summary>The agent as hosts get it: one file, few needs, few rights, and all that it can do.</summary>
public sealed partial class The_native_agent
{
    private const string Spec = """
        version: 1
        functions:
          - function: main.handle
            table: handle
            capture: [req, note]
        """;

    [Fact]
    public async Task Depends_on_the_C_library_and_no_other()
    {
        Requires.Program("readelf");
        await BuiltAgent.BuildAsync();
        string dynamic = await Tool.OutputAsync("readelf", "-d", BuiltAgent.Path);
        string[] needed = [.. Needed().Matches(dynamic).Select(static match => match.Groups[1].Value)];
        Assert.NotEmpty(needed);
        Assert.Empty(needed.Except(["libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"]));
    }

    [Theory]
    [InlineData("--nonsense", 2, "Unrecognized command or argument '--nonsense'; see sideeye-agent --help")]
    [InlineData("--pause-budget x", 2,
        "--pause-budget 'x' is no number of milliseconds up to 60000; see sideeye-agent --help")]
    [InlineData("--bytes-max 1", 2,
        "--bytes-max '1' is no number of bytes from 1048576 to 4 GiB; see sideeye-agent --help")]
    [InlineData("--listen 192.0.2.1:1 --insecure", 1, "cannot listen on 192.0.2.1:1: this host has no such address")]
    public async Task Says_in_one_line_what_is_wrong_with_its_options(string options, int code, string words)
    {
        await BuiltAgent.BuildAsync();
        Tool wrong = await Tool.RunAsync(BuiltAgent.Path, options.Split(' '));
        Assert.Equal((code, $"sideeye-agent: {words}"), (wrong.Code, wrong.Output.Trim()));
    }

    [Fact]
    public async Task Says_in_one_line_that_another_program_has_its_port()
    {
        await BuiltAgent.BuildAsync();
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string address = $"{taken.LocalEndpoint}";
        Tool second = await Tool.RunAsync(BuiltAgent.Path, "--listen", address);
        Assert.Equal((1, $"sideeye-agent: cannot listen on {address}: it is in use by another program"),
            (second.Code, second.Output.Trim()));
    }

    [Theory]
    [InlineData("bpf")]
    [InlineData("vmread")]
    public async Task Takes_a_snapshot_with_packs_and_a_spec(string reader)
    {
        Requires.Bpf();
        await using NativeAgent agent = await StartAsync();
        await using GoTarget swarm = await SwarmAsync();
        (Dictionary<string, int> batches, CapturedProcess outcome, PreparedProcess prepared) =
            await agent.SnapshotAsync(swarm.ProcessId, reader, Spec);
        Assert.Equal(("", ""), (outcome.Error, outcome.Truncated));
        Assert.True(outcome.Goroutines > 50);
        Assert.StartsWith("go1.", prepared.Process.GoVersion, StringComparison.Ordinal);
        string[] tables = ["processes", "goroutines", "stack_frames", "handle"];
        Assert.All(tables, table => Assert.Contains(table, batches.Keys));
        StatusResponse status = await agent.Client.StatusAsync(
            new StatusRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("yes", status.Bpf);
        Assert.Equal(0, await agent.StopAsync());
    }

    [Fact]
    public async Task Checks_specs_and_lists_functions()
    {
        Requires.Root();
        await using NativeAgent agent = await StartAsync();
        await using GoTarget swarm = await SwarmAsync();
        Process found = await agent.SeenAsync(swarm.ProcessId);
        DescribeRequest check = new() { ProcessKey = found.Key, Check = new CheckQuestion() };
        string wrong = Spec.Replace("note", "nope", StringComparison.Ordinal);
        check.Check.Spec.Add(new SpecDocument { Name = "a.yaml", Yaml = wrong });
        DescribeResponse problems = await agent.Client.DescribeAsync(
            check, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(problems.Problems, static one => one.Message.Contains("nope", StringComparison.Ordinal));
        DescribeResponse functions = await agent.Client.DescribeAsync(
            new DescribeRequest
            {
                ProcessKey = found.Key, Functions = new FunctionsQuestion { Pattern = "main.handle" },
            },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(functions.Functions, static one => one.Name == "main.handle");
    }

    [Fact]
    public async Task Snapshots_processes_of_root_as_an_ordinary_user_with_the_rights_that_the_unit_gives()
    {
        Requires.Bpf();
        Requires.Program("setpriv");
        await BuiltAgent.BuildAsync();
        string[] rights = [.. UnitFile.Read("sideeye-agent.service").Words("AmbientCapabilities")
            .Select(static right => right["CAP_".Length..].ToLowerInvariant())];
        string all = string.Join(',', rights.Select(static right => "+" + right));
        string[] command =
        [
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs",
            "--inh-caps", $"-all,{all}", "--ambient-caps", $"-all,{all}", "--bounding-set", $"-all,{all}",
        ];
        // The file may lie in a folder that only root can enter.
        await using CopiedAgent copy = new();
        await using NativeAgent agent = await NativeAgent.StartAsync(command, copy.Path);
        await using GoTarget swarm = await SwarmAsync();
        foreach (string reader in new[] { "bpf", "vmread" })
        {
            (Dictionary<string, int> batches, CapturedProcess outcome, _) =
                await agent.SnapshotAsync(swarm.ProcessId, reader, Spec);
            Assert.Equal("", outcome.Error);
            Assert.Contains("handle", batches.Keys);
        }
        StatusResponse status = await agent.Client.StatusAsync(
            new StatusRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("yes", status.Bpf);
    }

    [Fact]
    public async Task Runs_where_there_is_nothing_but_loader_libc_libm_and_devices()
    {
        Requires.Root();
        Requires.Program("unshare");
        await BuiltAgent.BuildAsync();
        await using GoTarget swarm = await SwarmAsync();
        // What the image has, and what a container runtime mounts; in a mount namespace, so that nothing stays behind.
        const string script = """
            set -e
            mount -t tmpfs t /mnt
            mkdir -p /mnt/lib64 /mnt/lib/x86_64-linux-gnu /mnt/proc /mnt/sys /mnt/dev /mnt/usr/bin
            cp /lib64/ld-linux-x86-64.so.2 /mnt/lib64/
            cp /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/libm.so.6 /mnt/lib/x86_64-linux-gnu/
            cp "$1" /mnt/usr/bin/sideeye-agent
            mount -t proc p /mnt/proc
            mount -t sysfs -o ro s /mnt/sys
            mount --bind /dev /mnt/dev
            shift
            mount -o remount,ro /mnt
            exec chroot /mnt /usr/bin/sideeye-agent "$@"
            """;
        await using NativeAgent agent = await NativeAgent.StartAsync(
            ["unshare", "--mount", "sh", "-c", script, "sh"], BuiltAgent.Path, isInChroot: true);
        (Dictionary<string, int> batches, CapturedProcess outcome, _) =
            await agent.SnapshotAsync(swarm.ProcessId, "", Spec);
        Assert.Equal("", outcome.Error);
        Assert.Contains("handle", batches.Keys);
    }

    private static async Task<NativeAgent> StartAsync()
    {
        await BuiltAgent.BuildAsync();
        return await NativeAgent.StartAsync([], BuiltAgent.Path);
    }

    private static Task<GoTarget> SwarmAsync() =>
        GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "50", "-busy", "5");

    [GeneratedRegex(@"\(NEEDED\).*\[(.+)\]")]
    private static partial Regex Needed();

    /// <summary>The agent where everybody may execute it.</summary>
    private sealed class CopiedAgent : IAsyncDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-test-");

        public CopiedAgent()
        {
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
            Path = System.IO.Path.Combine(folder.FullName, "sideeye-agent");
            File.Copy(BuiltAgent.Path, Path);
            File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
        }

        public string Path { get; }

        public ValueTask DisposeAsync()
        {
            folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
