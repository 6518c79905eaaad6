using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using SideEye.Cli.Output;
using SideEye.Cli.Variables;
using SideEye.GoRuntime.Functions;
using SideEye.Host;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye variables</c>: what can be captured of a function, and where.</summary>
internal static class VariablesCommand
{
    private const string About = """
        List the variables of a function: type, role, and at which calls they can be read.

        A function that waits has called another: then only what lies in memory behind that call can be read.
        Copies of the function that were inlined into others are listed each on their own.
        Example: sideeye variables ./server 'net/http.(*conn).serve'
        """;

    public static Command Create()
    {
        ProgramArguments program = new();
        Option<string?> pc = new("--pc")
        {
            Description = "Only at this link-time address, hexadecimal; a return address, or the entry.",
            HelpName = "PC",
        };
        Option<bool> json = JsonOption.Create();
        Command command = new("variables", About) { pc, json };
        program.AddTo(command, "BINARY FUNCTION", "A program file, unless --pid is given, and a function.");
        command.SetAction(parsed => Run(parsed, program, parsed.GetValue(pc), parsed.GetValue(json)));
        return command;
    }

    private static int Run(ParseResult parsed, ProgramArguments arguments, string? pcText, bool asJson)
    {
        ulong? pc = pcText is null ? null : ParsePc(pcText);
        using ProgramFunctions program = arguments.Open(parsed, out string[] rest);
        if (rest.Length != 1)
        {
            throw new CommandFailedException(
                "expects one function; see sideeye variables --help", ExitCode.WrongUsage);
        }

        string function = rest[0];
        if (!program.Functions.Contains(function))
            throw UnknownFunction.Of(program.Functions, function, "there is no function");
        ImmutableArray<FunctionBody> bodies = program.Variables.Bodies(function);
        ImmutableArray<BodyReport> reports = BodyReport.Of(program.Binary, bodies, pc);
        if (reports.IsEmpty)
        {
            throw new CommandFailedException(pc is null
                ? $"{function} has no code in this program: every call of it was optimised away"
                : $"{function} has no code at 0x{pc:x}");
        }

        using Stream output = StandardOutput.Open();
        if (asJson)
            VariablesJson.Write(output, reports);
        else
            VariablesText.Write(output, reports);
        return ExitCode.Done;
    }

    private static ulong ParsePc(string text)
    {
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        return ulong.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong pc)
            ? pc
            : throw new CommandFailedException($"--pc {text} is not a hexadecimal number", ExitCode.WrongUsage);
    }
}
