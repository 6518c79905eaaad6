namespace SideEye.Cli;

/// <summary>A command cannot go on; the message is the one line that the user reads.</summary>
internal sealed class CommandFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which thing, what to do.</param>
    /// <param name="exitCode">One of <see cref="Cli.ExitCode"/>.</param>
    public CommandFailedException(string message, int exitCode = Cli.ExitCode.Failed)
        : base(message) => ExitCode = exitCode;

    /// <summary>The process's exit code.</summary>
    public int ExitCode { get; }
}
