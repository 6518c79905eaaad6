using System.CommandLine;

namespace SideEye.Cli.Commands;

/// <summary>The option <c>--spec</c>.</summary>
internal static class SpecOption
{
    /// <summary>Makes one for a command.</summary>
    public static Option<string[]> Create() => new("--spec", "-s")
    {
        Description = "Spec file: which variables of which functions; repeat it for several, the last one wins.",
        HelpName = "FILE", AllowMultipleArgumentsPerToken = true,
    };
}
