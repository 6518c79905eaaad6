using System.CommandLine;

namespace SideEye.Cli.Commands;

/// <summary>The --process option that the commands on snapshot files share.</summary>
internal static class ProcessOption
{
    public static Option<int?> Create() => new("--process", "-p")
    {
        Description = "Only the process with this process_id (see: SELECT process_id, pid, program FROM processes).",
        HelpName = "ID",
    };
}
