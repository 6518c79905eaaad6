using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using SideEye.Protocol.Agent;

namespace SideEye.Agent.Tests;

/// <summary>Bytes that no control plane would send are turned down, and the agent answers the next caller.</summary>
public sealed class What_strangers_send
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static readonly string[] Methods = ["Status", "Describe", "Watch", "Snapshot"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Streams =>
    [
        "random", "http1", "tls", "preface only", "settings of a wrong size", "a frame of 16 MB", "broken headers",
        "headers without end", "resets",
    ];

    public static TheoryData<string> Bodies =>
    [
        "nothing", "half a header", "longer than it is", "four gigabytes", "a wrong flag", "compressed by nobody",
        "no protobuf", "a length beyond its end", "groups within groups",
    ];

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Bytes_that_are_no_gRPC_leave_the_agent_as_it_is(string what)
    {
        await using RunningAgent agent = await RunningAgent.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            using TcpClient stranger = new();
            await stranger.ConnectAsync(agent.Address.Host, agent.Address.Port, Stop);
            try
            {
                await stranger.GetStream().WriteAsync(StreamOf(what, i), Stop);
            }
            catch (IOException)
            {
                // It has closed the door already.
            }
        }
        await AssertAnswersAsync(agent);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Messages_that_are_none_are_answered_with_an_error(string what)
    {
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using HttpClient stranger = new(new SocketsHttpHandler { UseProxy = false });
        foreach (string method in Methods)
        {
            using HttpRequestMessage request = new(
                HttpMethod.Post, new Uri(agent.Address, $"/sideeye.agent.v1.Agent/{method}"))
            {
                Version = new Version(2, 0),
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(BodyOf(what)),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            using HttpResponseMessage response = await stranger.SendAsync(request, Stop);
            await response.Content.ReadAsByteArrayAsync(Stop);
            string status = response.TrailingHeaders.Concat(response.Headers)
                .First(static header => header.Key == "grpc-status").Value.First();
            Assert.NotEqual("0", status);
        }
        await AssertAnswersAsync(agent);
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("1@0/../../1")]
    [InlineData("\0")]
    [InlineData("%2e%2e%2f")]
    public async Task Names_that_are_paths_name_nothing(string name)
    {
        await using RunningAgent agent = await RunningAgent.StartAsync();
        foreach (DescribeRequest request in new[]
        {
            new DescribeRequest { ProcessKey = name, Functions = new FunctionsQuestion() },
            new DescribeRequest { BuildId = name, Functions = new FunctionsQuestion() },
        })
        {
            RpcException refused = await Assert.ThrowsAsync<RpcException>(
                async () => await agent.Client.DescribeAsync(request, cancellationToken: Stop));
            Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        }
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        Prepare prepare = SnapshotTalk.For();
        prepare.SnapshotId = name;
        prepare.RequestedBy = name;
        prepare.Selection.ProcessKeys.Add(name);
        prepare.Spec.Add(new SpecDocument { Name = name, Yaml = "version: 1\n" });
        Assert.All((await talk.PrepareAsync(prepare)).Processes, static one => Assert.NotEqual("", one.Error));
        await talk.FireAsync();
        Assert.Equal(0, talk.Rows("goroutines"));
    }

    [Theory]
    [InlineData("deep")]
    [InlineData("aliases")]
    [InlineData("many")]
    public async Task Specs_made_to_be_expensive_are_refused(string what)
    {
        string yaml = what switch
        {
            "deep" => "version: 1\nprograms: " + new string('[', 1 << 20),
            "many" => "version: 1\nfunctions:\n" + string.Concat(Enumerable.Repeat("  - {}\n", 200_000)),
            _ => "a: &a [x, x, x, x, x, x, x, x]\n" + string.Concat(Enumerable.Range(0, 20).Select(
                static i => $"{(char)('b' + i)}: &{(char)('b' + i)} [*{(char)('a' + i)}, *{(char)('a' + i)}, "
                    + $"*{(char)('a' + i)}, *{(char)('a' + i)}]\n")),
        };
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        Prepare prepare = SnapshotTalk.For(1);
        prepare.Spec.Add(new SpecDocument { Name = "bomb.yaml", Yaml = yaml });
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => talk.PrepareAsync(prepare));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("bomb.yaml", refused.Status.Detail, StringComparison.Ordinal);
        await AssertAnswersAsync(agent);
    }

    private static async Task AssertAnswersAsync(RunningAgent agent) =>
        Assert.Equal(Environment.MachineName, (await agent.Client.StatusAsync(
            new StatusRequest(), deadline: DateTime.UtcNow.AddMinutes(1), cancellationToken: Stop)).Host);

    private static byte[] StreamOf(string what, int seed)
    {
        byte[] random = new byte[64 << 10];
        new Random(seed).NextBytes(random);
        byte[] start = [.. Encoding.ASCII.GetBytes(Preface), .. Frame(4, 0, 0, [])];
        return what switch
        {
            "random" => random,
            "http1" => Encoding.ASCII.GetBytes("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
            "tls" => [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, .. random],
            "preface only" => start[..20],
            "settings of a wrong size" => [.. start, .. Frame(4, 0, 0, [1, 2, 3])],
            "a frame of 16 MB" => [.. start, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1, .. random],
            "broken headers" => [.. start, .. Frame(1, 5, 1, random[..4000])],
            "headers without end" =>
            [
                .. start, .. Frame(1, 0, 1, []),
                .. Enumerable.Repeat(Frame(9, 0, 1, []), 2000).SelectMany(static frame => frame),
            ],
            _ => [.. start, .. Enumerable.Range(0, 2000).SelectMany(static i =>
                Frame(1, 5, (2 * i) + 1, [0x83, 0x86, 0x84]).Concat(Frame(3, 0, (2 * i) + 1, [0, 0, 0, 8])))],
        };
    }

    /// <summary>RFC 9113, 4.1.</summary>
    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        byte[] header = [0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(5), stream);
        return [.. header, .. payload];
    }

    private static byte[] BodyOf(string what) => what switch
    {
        "nothing" => [],
        "half a header" => [0, 0, 0],
        "longer than it is" => [0, 0, 0, 0, 9, 1],
        "four gigabytes" => [0, 255, 255, 255, 255, 1],
        "a wrong flag" => [7, 0, 0, 0, 0],
        "compressed by nobody" => [1, 0, 0, 0, 1, 0],
        "no protobuf" => Message([.. Enumerable.Repeat((byte)255, 40)]),
        "a length beyond its end" => Message([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07, 1]),
        _ => Message([.. Enumerable.Repeat((byte)0x0b, 100_000)]),
    };

    private static byte[] Message(byte[] bytes)
    {
        byte[] header = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), bytes.Length);
        return [.. header, .. bytes];
    }
}
