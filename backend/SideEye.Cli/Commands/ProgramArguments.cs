using System.CommandLine;
using SideEye.Host;

namespace SideEye.Cli.Commands;

/// <summary>The program that <c>functions</c> and <c>variables</c> look into: a file, or that of a process.</summary>
internal sealed class ProgramArguments
{
    private readonly Option<int?> pid = new("--pid", "-p")
    {
        Description = "The program of this process, instead of BINARY.", HelpName = "PID",
    };

    private readonly Argument<string[]> words = new("ARGUMENTS") { Arity = ArgumentArity.ZeroOrMore };

    /// <summary>Adds the option and the words to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="usage">What the words are: <c>BINARY [PATTERN]</c>.</param>
    /// <param name="about">Line for the help.</param>
    public void AddTo(Command command, string usage, string about)
    {
        words.HelpName = usage;
        words.Description = about;
        command.Add(words);
        command.Add(pid);
    }

    /// <summary>Opens the program, and gives the words behind it.</summary>
    public ProgramFunctions Open(ParseResult parsed, out string[] rest)
    {
        string[] given = parsed.GetValue(words) ?? [];
        if (parsed.GetValue(pid) is int process)
        {
            rest = given;
            return ProgramFunctions.OpenProcess(process);
        }

        if (given.Length == 0)
            throw new CommandFailedException("name a program file, or a process with --pid", ExitCode.WrongUsage);
        rest = given[1..];
        string path = Path.GetFullPath(given[0]);
        if (!File.Exists(path))
            throw new CommandFailedException($"there is no file {given[0]}");
        return ProgramFunctions.Open(path, path);
    }
}
