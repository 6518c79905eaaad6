using SideEye.Linux;
using SideEye.Protocol.Agent;
using SideEye.Testing;

namespace SideEye.Agent.Tests;

/// <summary>Processes whose files are not where the agent's are, and what pods say of themselves.</summary>
public sealed class Processes_like_those_of_containers
{
    // Masks /etc, as a container's own would; the target is linked statically and needs nothing of it.
    private const string WithPodFile =
        """mount -t tmpfs t /etc && mkdir /etc/podinfo && cd /etc/podinfo && """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_binary_that_only_the_process_sees_is_captured()
    {
        Requires.Root();
        Requires.Program("unshare");
        await using RunningAgent agent = await RunningAgent.StartAsync();
        await using GoTarget swarm = await InMountNamespaceAsync(
            """mount -t tmpfs t /mnt && cp "$1" /mnt/only-here && shift && exec /mnt/only-here "$@" """);
        Process found = await agent.SeenAsync(swarm.ProcessId);
        Assert.Equal("/mnt/only-here", found.Executable);
        Assert.False(File.Exists("/mnt/only-here"));
        await CaptureAsync(agent, swarm.ProcessId);
    }

    [Fact]
    public async Task A_binary_that_was_deleted_under_the_process_is_captured()
    {
        Requires.Root();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-test-");
        try
        {
            string copy = Path.Combine(folder.FullName, "gone");
            await using GoTarget swarm = await GoTarget.StartWithinAsync(
                ["sh", "-c", $"""cp "$1" {copy} && shift && exec {copy} "$@" """, "sh"],
                new GoFixture("swarm", Toolchains.Newest), "-n", "20");
            File.Delete(copy);
            await using RunningAgent agent = await RunningAgent.StartAsync();
            Process found = await agent.SeenAsync(swarm.ProcessId);
            Assert.Equal(copy, found.Executable);
            await CaptureAsync(agent, swarm.ProcessId);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Labels_of_a_pod_are_labels_of_its_processes_and_rules_ask_for_them()
    {
        Requires.Root();
        Requires.Program("unshare");
        await using RunningAgent agent = await RunningAgent.StartAsync();
        await using GoTarget swarm = await InMountNamespaceAsync(WithPodFile
            + """mkdir ..1 && printf 'app="bees"\nhost="mine"\nbad line\n' >..1/labels && ln -s ..1 ..data """
            + """&& ln -s ..data/labels labels && exec "$@" """);
        ProgramRule others = new() { Name = "wasps" };
        others.Labels.Add("app", "^wasps$");
        ProgramRule bees = new() { Name = "bees", Environment = "field" };
        bees.Labels.Add("app", "^bees$");
        Process found = await agent.SeenAsync(swarm.ProcessId, others, bees);
        Assert.Equal(("bees", "bees", "field"), (found.Program, found.Labels["app"], found.Labels["environment"]));
        // What the agent knows itself, a pod cannot say otherwise.
        Assert.Equal(Environment.MachineName, found.Labels["host"]);
    }

    [Theory]
    [InlineData("ln -s /var/tmp/sideeye-test-labels labels")]
    [InlineData("ln -s ../../../../../var/tmp/sideeye-test-labels labels")]
    [InlineData("ln -s /proc/1/root/var/tmp/sideeye-test-labels labels")]
    [InlineData("mkfifo labels")]
    [InlineData("mkdir labels")]
    [InlineData("ln -s labels labels")]
    [InlineData("mknod labels c 1 5")]
    public async Task A_pod_cannot_make_the_agent_read_what_is_not_its_own(string made)
    {
        Requires.Root();
        Requires.Program("unshare");
        const string ours = "/var/tmp/sideeye-test-labels";
        await File.WriteAllTextAsync(ours, "stolen=\"yes\"\n", Stop);
        try
        {
            await using RunningAgent agent = await RunningAgent.StartAsync();
            await using GoTarget swarm = await InMountNamespaceAsync(
                $"""mount -t tmpfs t /var/tmp && {WithPodFile} {made} && exec "$@" """);
            Process found = await agent.SeenAsync(swarm.ProcessId);
            Assert.DoesNotContain("stolen", found.Labels.Keys);
        }
        finally
        {
            File.Delete(ours);
        }
    }

    [Fact]
    public void Of_a_pods_file_only_what_can_be_a_label_is_taken()
    {
        string many = string.Concat(Enumerable.Range(0, 1000).Select(static i => $"k{i}=\"v\"\n"));
        Assert.Equal(PodLabels.LabelsMax, PodLabels.Parse(many).Count);
        IReadOnlyDictionary<string, string> labels = PodLabels.Parse("""
            app="shop"
            app="second"
            app.kubernetes.io/name="shop-1"
            empty=""
            spaces="a b"
            quoted="a\"b"
            open="a
            =""
            -a="b"
            """ + $"\n{new string('a', 64)}=\"b\"\nlong=\"{new string('a', 64)}\"\nnul=\"a\0\"\n");
        Assert.Equal(
            ["app=shop", "app.kubernetes.io/name=shop-1", "empty="],
            labels.Select(static one => $"{one.Key}={one.Value}"));
    }

    [Theory]
    [InlineData("SIDEEYE_ENVIRONMENT=live", "live")]
    [InlineData("DEPLOYMENT_ENVIRONMENT= live ", "live")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES=service.name=a,deployment.environment=live%20one", "live one")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES=deployment.environment=old,deployment.environment.name=new", "new")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES=deployment.environment", "from the agent")]
    [InlineData("SIDEEYE_ENVIRONMENT=", "from the agent")]
    public async Task A_process_says_its_environment_where_no_rule_does(string variable, string environment)
    {
        Requires.Root();
        await using RunningAgent agent = await RunningAgent.StartAsync(
            RunningAgent.Patient with { Environment = "from the agent" });
        await using GoTarget swarm = await GoTarget.StartWithinAsync(
            ["env", variable], new GoFixture("swarm", Toolchains.Newest), "-n", "1");
        Assert.Equal(environment, (await agent.SeenAsync(swarm.ProcessId)).Labels["environment"]);
        ProgramRule rule = new() { Name = "bees", Executable = "swarm", Environment = "field" };
        Assert.Equal("field", (await agent.SeenAsync(swarm.ProcessId, rule)).Labels["environment"]);
    }

    private static Task<GoTarget> InMountNamespaceAsync(string script) => GoTarget.StartWithinAsync(
        ["unshare", "--mount", "sh", "-c", script, "sh"], new GoFixture("swarm", Toolchains.Newest), "-n", "20");

    private static async Task CaptureAsync(RunningAgent agent, int pid)
    {
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        await talk.PrepareAsync(SnapshotTalk.For(pid));
        Assert.Equal("", (await talk.FireAsync()).Processes[0].Error);
        Assert.True(talk.Rows("goroutines") > 20);
        Assert.True(talk.Rows("stack_frames") > 0);
    }
}
