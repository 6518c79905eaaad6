using System.CommandLine;
using System.CommandLine.Invocation;
using System.Net.Sockets;
using SideEye.Agent.Options;
using SideEye.Agent.Serving;
using SideEye.Linux;
using SideEye.Protocol;

const int WrongUsage = 2;

ParseResult parsed = AgentCommand.Create(RunAsync, Environment.GetEnvironmentVariable).Parse(args);
if (parsed.Action is ParseErrorAction)
{
    Console.Error.WriteLine($"sideeye-agent: {parsed.Errors[0].Message.TrimEnd('.')}; see sideeye-agent --help");
    return WrongUsage;
}
try
{
    return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
}
catch (AgentStartException e)
{
    // What RunAsync throws it says itself: this is about the options' values.
    Console.Error.WriteLine($"sideeye-agent: {e.Message}; see sideeye-agent --help");
    return WrongUsage;
}

static async Task<int> RunAsync(AgentOptions options, CancellationToken stop)
{
    try
    {
        // Decoding and sending take far longer than a pause, and on a small host the targets want their cores.
        OwnPriority.Yield();
        WebApplication agent = AgentServer.Create(options);
        await using (agent.ConfigureAwait(false))
        {
            await ListenAsync(agent, options, stop).ConfigureAwait(false);
            Console.Error.WriteLine($"sideeye-agent: listening on {string.Join(", ", agent.Urls)}");
            await agent.WaitForShutdownAsync(stop).ConfigureAwait(false);
        }
        return 0;
    }
    catch (Exception e) when (e is AgentStartException or IOException)
    {
        Console.Error.WriteLine($"sideeye-agent: {e.Message}");
        return 1;
    }
}

static async Task ListenAsync(WebApplication agent, AgentOptions options, CancellationToken stop)
{
    try
    {
        await agent.StartAsync(stop).ConfigureAwait(false);
    }
    catch (Exception e) when (e is IOException or SocketException)
    {
        string where = options.MetricsListen is { } metrics ? $"{options.Listen} or {metrics}" : options.Listen;
        throw new AgentStartException(ListenAddress.Refusal(where, e) ?? e.Message);
    }
}
