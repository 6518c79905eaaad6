using System.CommandLine;

namespace SideEye.Cli.Commands;

/// <summary>The --json option that commands with a result for scripts share.</summary>
internal static class JsonOption
{
    public static Option<bool> Create() =>
        new("--json") { Description = "JSON on standard output, for scripts; stable." };
}
