using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;
using SideEye.Cli.Commands;
using SideEye.ControlPlane.Queries.Workers;
using SideEye.GoRuntime.Functions;

namespace SideEye.Cli;

/// <summary>The command line: parses, runs one command, turns what went wrong into a line and an exit code.</summary>
internal static partial class Program
{
    private const string About = """
        See what a running Go process is doing: snapshots of all its goroutines as SQL tables.

        Exit codes: 0 done; 1 failed; 2 wrong usage; 3 partial (some process failed or was cut
        short, the rest is there);
        130 interrupted.
        """;

    // In the order of the help.
    private static readonly (string Name, Func<Command> Create)[] Commands =
    [
        ("ps", PsCommand.Create),
        ("functions", FunctionsCommand.Create),
        ("variables", VariablesCommand.Create),
        ("snapshot", SnapshotCommand.Create),
        ("snapshots", SnapshotsCommand.Create),
        ("stacks", StacksCommand.Create),
        ("sql", SqlCommand.Create),
        ("flamegraph", FlamegraphCommand.Create),
        ("spec", SpecCommand.Create),
        ("compile", CompileCommand.Create),
        ("tables", TablesCommand.Create),
        ("export", ExportCommand.Create),
        ("serve", ServeCommand.Create),
        (AgentCommand.Name, AgentCommand.Create),
    ];

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [AgentCommand.Name, .. string[] options])
            return BecomeAgent(options);
        if (arguments is [WorkerProgram.Command, string limits])
        {
            await WorkerProgram.RunAsync(limits).ConfigureAwait(false);
            return ExitCode.Done;
        }
        RootCommand root = new(About);
        // Making all of them takes as long as a search for functions: only help and mistakes need that.
        bool isKnown = false;
        foreach ((string name, _) in Commands)
            isKnown |= arguments.Length > 0 && name == arguments[0];
        foreach ((string name, Func<Command> create) in Commands)
        {
            if (!isKnown || name == arguments[0])
                root.Add(create());
        }

        ParseResult parsed = root.Parse(arguments);
        if (parsed.Action is ParseErrorAction)
            return Explain(new Failure(ExitCode.WrongUsage, UsageProblem(parsed)));
        try
        {
            InvocationConfiguration how = new() { EnableDefaultExceptionHandler = false };
            if (parsed.CommandResult.Command.Name == "serve")
                how.ProcessTerminationTimeout = ServeCommand.StopMax;
            return await parsed.InvokeAsync(how).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return Explain(Failure.Of(e));
        }
    }

    private static int BecomeAgent(string[] options)
    {
        try
        {
            AgentCommand.Run(options);
            return ExitCode.Failed;
        }
        catch (CommandFailedException e)
        {
            return Explain(Failure.Of(e));
        }
    }

    private static string UsageProblem(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string name = "";
        for (Command? outer = command; outer is not null; outer = outer.Parents.OfType<Command>().FirstOrDefault())
            name = outer is RootCommand ? $"sideeye{name}" : $" {outer.Name}{name}";
        // The library only says that a command is missing.
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [{ } unknown, ..])
        {
            string nearest = string.Join(
                " or ", NearestNames.Of(unknown, command.Subcommands.Select(static each => each.Name), 2));
            return $"there is no command '{name} {unknown}'; "
                + (nearest.Length > 0 ? $"did you mean {nearest}?" : $"see {name} --help");
        }
        if (WrongKind().Match(parsed.Errors[0].Message) is { Success: true } wrong)
        {
            (string value, string option) = (wrong.Groups["value"].Value, wrong.Groups["option"].Value);
            string what = !value.StartsWith("--", StringComparison.Ordinal)
                ? $"{option} '{value}' is no number it can be"
                : command.Options.Any(each => each.Name == value) ? $"{option} has no value"
                : $"there is no option '{value}'";
            return $"{what}; see {name} --help";
        }
        // Lists of allowed values come on lines of their own.
        string problem = string.Join(' ',
            parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return $"{problem.TrimEnd('.')}; see {name} --help";
    }

    /// <summary>All options that are not text are numbers.</summary>
    [GeneratedRegex("^Cannot parse argument '(?<value>.*)' for option '(?<option>[^']*)' as expected type ",
        RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex WrongKind();

    private static int Explain(Failure failure)
    {
        if (failure.Message is not null)
            Console.Error.WriteLine($"sideeye: {failure.Message}");
        return failure.ExitCode;
    }
}
