using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using SideEye.Cli.Output;
using SideEye.Host;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye functions</c>: the functions of a program, as one types.</summary>
internal static class FunctionsCommand
{
    private const string About = """
        Find functions of a Go program by a part of their name, best matches first; * stands for any text.

        The first look into a program makes an index of it, which is kept by build id.
        Example: sideeye functions ./server 'http*ServeHTTP'; sideeye functions --pid 4711 handler
        """;

    private const int LimitDefault = 50;

    public static Command Create()
    {
        ProgramArguments program = new();
        Option<int> limit = new("--limit", "-l")
        {
            Description = "Most functions to list.", HelpName = "N", DefaultValueFactory = _ => LimitDefault,
        };
        Option<bool> json = JsonOption.Create();
        Command command = new("functions", About) { limit, json };
        program.AddTo(command, "BINARY [PATTERN]", "A program file, unless --pid is given, and a part of a name.");
        command.SetAction(parsed => Run(parsed, program, parsed.GetValue(limit), parsed.GetValue(json)));
        return command;
    }

    private static int Run(ParseResult parsed, ProgramArguments arguments, int limit, bool asJson)
    {
        using ProgramFunctions program = arguments.Open(parsed, out string[] rest);
        if (rest.Length > 1 || limit < 1)
        {
            throw new CommandFailedException(
                "expects one pattern, and a limit of 1 or more; see sideeye functions --help", ExitCode.WrongUsage);
        }

        string pattern = rest.Length == 0 ? "" : rest[0];
        ImmutableArray<string> found = program.Functions.Search(pattern, limit);
        if (found.IsEmpty)
            throw UnknownFunction.Of(program.Functions, pattern, "no function's name contains");
        using Stream output = StandardOutput.Open();
        if (asJson)
        {
            using Utf8JsonWriter json = new(output, JsonValues.Options);
            json.WriteStartArray();
            foreach (string name in found)
                json.WriteStringValue(name);
            json.WriteEndArray();
            return ExitCode.Done;
        }

        using StreamWriter text = new(output);
        foreach (string name in found)
            text.WriteLine(PlainText.Clean(name));
        return ExitCode.Done;
    }
}
