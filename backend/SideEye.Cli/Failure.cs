using SideEye.Cli.Output;
using SideEye.Host;
using SideEye.Store;

namespace SideEye.Cli;

/// <summary>How a command ended that did not end well: an exit code and the line for stderr, if any.</summary>
/// <param name="ExitCode">One of <see cref="Cli.ExitCode"/>.</param>
/// <param name="Message">What the user reads after "sideeye: "; null when there is nothing to say.</param>
internal sealed record Failure(int ExitCode, string? Message)
{
    /// <summary>The one place where exceptions become messages and exit codes.</summary>
    public static Failure Of(Exception e) => e switch
    {
        BrokenPipeException => new Failure(Cli.ExitCode.Done, null),
        OperationCanceledException => new Failure(Cli.ExitCode.Interrupted, "interrupted"),
        CommandFailedException failed => new Failure(failed.ExitCode, failed.Message),
        TargetException target => new Failure(Cli.ExitCode.Failed, target.Message),
        StoreException store => new Failure(Cli.ExitCode.Failed, store.Message),
        UnauthorizedAccessException or IOException => new Failure(Cli.ExitCode.Failed, e.Message),
        _ => new Failure(Cli.ExitCode.Failed,
            $"this is a bug in sideeye, please report it: {e.GetType().Name}: {e.Message}\n{e.StackTrace}"),
    };
}
