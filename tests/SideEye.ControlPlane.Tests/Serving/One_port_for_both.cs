using System.Net;
using System.Net.Sockets;
using System.Text;
using SideEye.ControlPlane.Serving;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Tests.Serving;

public sealed class One_port_for_both : ServerFixture
{
    [Fact]
    public async Task A_plaintext_port_speaks_both_versions_of_http()
    {
        await StartAsync();
        Assert.Equal("ok\n", await Http().GetStringAsync("/healthz", Stop));
        Assert.Equal("ok\n", await Http(version: HttpVersion.Version20).GetStringAsync("/healthz", Stop));
        HealthResponse health = await Client().HealthAsync(new HealthRequest(), cancellationToken: Stop);
        Assert.StartsWith("No agents are known", health.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task First_bytes_may_come_one_by_one()
    {
        await StartAsync();
        using Socket socket = await ConnectAsync();
        foreach (byte one in Encoding.ASCII.GetBytes("PRI"))
        {
            await socket.SendAsync(new[] { one }, Stop);
            await Task.Delay(20, Stop);
        }
        // So far it could have been HTTP/2.
        await socket.SendAsync(Encoding.ASCII.GetBytes("NT /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"), Stop);
        byte[] answer = new byte[100];
        int read = await socket.ReceiveAsync(answer, Stop);
        Assert.StartsWith("HTTP/1.1 ", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_says_nothing_is_disconnected_and_holds_nobody_up()
    {
        await StartAsync(static options => options with
        {
            Limits = ServingLimits.Default with { FirstBytesMax = TimeSpan.FromSeconds(1) },
        });
        using Socket silent = await ConnectAsync();
        using Socket slow = await ConnectAsync();
        await slow.SendAsync(Encoding.ASCII.GetBytes("PRI * HT"), Stop);
        Assert.Equal("ok\n", await Http().GetStringAsync("/healthz", Stop));
        await AssertClosedAsync(silent);
        await AssertClosedAsync(slow);
        Assert.Equal("ok\n", await Http().GetStringAsync("/healthz", Stop));
    }

    [Fact]
    public async Task Of_too_many_who_say_nothing_the_oldest_goes()
    {
        await StartAsync(static options => options with
        {
            Limits = ServingLimits.Default with { FirstBytesMax = TimeSpan.FromHours(1), FirstBytesWaitingMax = 2 },
        });
        using Socket first = await ConnectAsync();
        using Socket second = await ConnectAsync();
        using Socket third = await ConnectAsync();
        await AssertClosedAsync(first);
        Assert.Equal("ok\n", await Http().GetStringAsync("/healthz", Stop));
    }

    private async Task<Socket> ConnectAsync()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Address.Port, Stop);
        return socket;
    }

    private static async Task AssertClosedAsync(Socket socket)
    {
        try
        {
            Task<int> reading = socket.ReceiveAsync(new byte[1], Stop).AsTask();
            Assert.Equal(0, await reading.WaitAsync(TimeSpan.FromMinutes(2), Stop));
        }
        catch (SocketException)
        {
            // Reset is closed too.
        }
    }
}
