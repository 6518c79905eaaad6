using System.CommandLine;
using System.ComponentModel;
using SideEye.Linux;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye agent</c>: the agent, which is a program of its own beside this one.</summary>
internal static class AgentCommand
{
    private const string FileName = "sideeye-agent";

    public const string Name = "agent";

    /// <summary>The command in the list of commands: its options are sideeye-agent's, which alone reads them.</summary>
    public static Command Create() =>
        new(Name, "Watch this host's Go processes for a control plane (runs sideeye-agent).");

    /// <summary>Becomes the agent.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static void Run(IReadOnlyList<string> arguments)
    {
        string path = Path.Combine(AppContext.BaseDirectory, FileName);
        if (!File.Exists(path))
        {
            throw new CommandFailedException(
                $"the agent is not here: {path} should be beside sideeye; build it with scripts/build-agent, or "
                + "install the package sideeye-agent");
        }
        try
        {
            OwnProgram.Replace(path, arguments);
        }
        catch (Win32Exception e)
        {
            throw new CommandFailedException($"{path} cannot be executed: {e.Message}");
        }
    }
}
