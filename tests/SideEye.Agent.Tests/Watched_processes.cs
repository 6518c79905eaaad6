using Grpc.Core;
using SideEye.Linux;
using SideEye.Protocol.Agent;
using SideEye.Testing;

namespace SideEye.Agent.Tests;

/// <summary>What the agent finds on its host, and what it calls it.</summary>
public sealed class Watched_processes
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Uid = "3f5c1a2b-0d4e-4f6a-8b9c-1234567890ab";

    public static TheoryData<string, string?, string?> RealPaths => new()
    {
        { "0::/", null, null },
        { "0::/user.slice/user-1000.slice/session-2.scope", null, null },
        { "0::/system.slice/ssh.service", null, null },
        { $"0::/system.slice/docker-{Id}.scope", Id, null },
        { $"12:memory:/docker/{Id}\n11:cpu,cpuacct:/docker/{Id}", Id, null },
        { $"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{Uid.Replace('-', '_')}.slice/"
            + $"cri-containerd-{Id}.scope", Id, Uid },
        { $"0::/kubepods/besteffort/pod{Uid}/{Id}", Id, Uid },
        { $"4:cpu:/kubepods/burstable/pod0123456789abcdef0123456789abcdef/{Id}", Id,
            "0123456789abcdef0123456789abcdef" },
        { $"0::/kubepods.slice/kubepods-pod{Uid.Replace('-', '_')}.slice/crio-{Id}.scope", Id, Uid },
        { $"0::/system.slice/containerd.service/kubepods-besteffort-pod{Uid.Replace('-', '_')}.slice:cri-containerd:"
            + Id, Id, Uid },
        { $"0::/machine.slice/libpod-{Id}.scope/container", Id, null },
        { $"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{Id}.scope", Id, null },
        { $"0::/system.slice/docker-{new string('f', 64)}.scope/kubelet/kubepods/pod{Uid}/{Id}", Id, Uid },
        { "0::/ecs/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef-1234567890",
            "0123456789abcdef0123456789abcdef-1234567890", null },
        { "0::/lxc.payload.web1/init.scope", "web1", null },
        { "not a control group", null, null },
        { "", null, null },
    };

    [Theory]
    [MemberData(nameof(RealPaths))]
    public void Containers_and_pods_are_told_from_control_groups(string groups, string? container, string? pod)
    {
        ContainerIdentity identity = ContainerIdentity.Of(groups);
        Assert.Equal(container, identity.ContainerId);
        Assert.Equal(pod, identity.PodUid);
    }

    [Fact]
    public async Task Starts_and_exits_are_told_and_rules_name_programs()
    {
        Requires.Root();
        await using RunningAgent agent = await RunningAgent.StartAsync();
        WatchRequest request = new();
        ProgramRule never = new() { Name = "never", Executable = "swarm" };
        never.Env.Add("NO_SUCH_VARIABLE", "");
        request.Programs.Add(never);
        ProgramRule bees = new()
        {
            Name = "bees", Executable = "/swarm", CommandLine = "-n 20( |$)", Environment = "field",
        };
        bees.Env.Add("GODEBUG", "^$");
        request.Programs.Add(bees);
        using AsyncServerStreamingCall<WatchResponse> watch = agent.Client.Watch(
            request, cancellationToken: TestContext.Current.CancellationToken);
        CancellationToken stop = TestContext.Current.CancellationToken;
        Assert.True(await watch.ResponseStream.MoveNext(stop));
        Assert.True(watch.ResponseStream.Current.IsComplete);
        string key;
        await using (GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "20"))
        {
            Process found = await UntilAsync(
                watch, response => response.Appeared.FirstOrDefault(one => one.Pid == swarm.ProcessId));
            key = found.Key;
            Assert.Equal("bees", found.Program);
            Assert.Equal("field", found.Labels["environment"]);
            Assert.StartsWith("go1.", found.GoVersion, StringComparison.Ordinal);
            Assert.Equal("", found.Problem);
            Assert.Contains("20", found.CommandLine);
        }
        Assert.Equal(key, await UntilAsync(watch, response => response.Exited.FirstOrDefault(one => one == key)));
    }

    [Fact]
    public async Task A_process_in_another_PID_namespace_is_captured()
    {
        Requires.Root();
        Requires.Program("unshare");
        await using RunningAgent agent = await RunningAgent.StartAsync();
        await using GoTarget swarm = await GoTarget.StartWithinAsync(
            ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"],
            new GoFixture("swarm", Toolchains.Newest), "-n", "20");
        using AsyncServerStreamingCall<WatchResponse> watch = agent.Client.Watch(
            new WatchRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Process found = await UntilAsync(
            watch, response => response.Appeared.FirstOrDefault(one => one.Pid == swarm.ProcessId));
        Assert.Equal(1, found.PidInContainer);
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        await talk.PrepareAsync(SnapshotTalk.For(swarm.ProcessId));
        Assert.Equal("", (await talk.FireAsync()).Processes[0].Error);
    }

    [Theory]
    [InlineData("(", "cannot be used")]
    [InlineData("(?<!a)b", "cannot be used")]
    [InlineData("LONG", "characters")]
    public async Task A_rule_that_cannot_be_used_is_refused(string pattern, string named)
    {
        await using RunningAgent agent = await RunningAgent.StartAsync();
        WatchRequest request = new();
        string given = pattern == "LONG" ? new string('a', 5000) : pattern;
        request.Programs.Add(new ProgramRule { Name = "p", Executable = given });
        using AsyncServerStreamingCall<WatchResponse> watch = agent.Client.Watch(
            request, cancellationToken: TestContext.Current.CancellationToken);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            () => watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains(named, refused.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<T> UntilAsync<T>(
        AsyncServerStreamingCall<WatchResponse> watch, Func<WatchResponse, T?> find)
        where T : class
    {
        while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            if (find(watch.ResponseStream.Current) is { } found)
                return found;
        }
        throw new InvalidOperationException("the agent ended");
    }
}
