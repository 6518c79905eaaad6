using System.CommandLine;
using System.CommandLine.Invocation;
using SideEye.Agent.Options;
using SideEye.Agent.Serving;
using SideEye.Linux;

const int WrongUsage = 2;

ParseResult parsed = AgentCommand.Create(RunAsync, Environment.GetEnvironmentVariable).Parse(args);
if (parsed.Action is ParseErrorAction)
{
    Console.Error.WriteLine($"sideeye-agent: {parsed.Errors[0].Message.TrimEnd('.')}; see sideeye-agent --help");
    return WrongUsage;
}
return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);

static async Task<int> RunAsync(AgentOptions options, CancellationToken stop)
{
    try
    {
        // Decoding and sending take far longer than a pause, and on a small host the targets want their cores.
        OwnPriority.Yield();
        WebApplication agent = AgentServer.Create(options);
        await using (agent.ConfigureAwait(false))
        {
            await agent.StartAsync(stop).ConfigureAwait(false);
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
