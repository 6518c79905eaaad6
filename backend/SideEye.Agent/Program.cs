using SideEye.Agent.Options;
using SideEye.Agent.Serving;
using SideEye.Linux;

return await AgentCommand.Create(RunAsync, Environment.GetEnvironmentVariable).Parse(args)
    .InvokeAsync(new() { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);

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
