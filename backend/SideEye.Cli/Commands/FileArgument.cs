using System.CommandLine;

namespace SideEye.Cli.Commands;

/// <summary>The FILE argument that the commands on snapshot files share.</summary>
internal static class FileArgument
{
    public static Argument<string> Create() => new("FILE") { Description = "A snapshot file (.duckdb)." };
}
