using System.Diagnostics;
using System.Text;

namespace SideEye.Cli.Tests;

/// <summary>What one run of the command left behind.</summary>
public sealed record CommandRun(int ExitCode, string Output, string Error);

/// <summary>Runs the built command as a process of its own, as a user does.</summary>
public static class SideEyeProcess
{
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "sideeye");

    public static CommandRun Run(params string[] arguments) => Start(Executable, arguments);

    /// <summary>Runs a shell command line in which $SIDEEYE is the command.</summary>
    public static CommandRun Shell(string commandLine) => Start("/bin/sh", ["-c", commandLine]);

    private static CommandRun Start(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["SIDEEYE"] = Executable;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CommandRun(process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
