namespace SideEye.Cli;

/// <summary>What the process's exit code says; part of the command line's contract.</summary>
internal static class ExitCode
{
    /// <summary>All was done.</summary>
    public const int Done = 0;

    /// <summary>Nothing usable came of it; one line on stderr says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>Some process failed, or a limit cut it short; what could be had is there.</summary>
    public const int Partial = 3;

    /// <summary>Interrupted by the user: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
