using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using SideEye.Cli.Output;
using SideEye.Cli.Specs;
using SideEye.Spec;
using SideEye.Spec.Reading;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye spec check FILE ...</c> and <c>sideeye spec schema</c>: for those who write specs.</summary>
internal static class SpecCommand
{
    private const string AboutCheck = """
        Check spec files: every problem, one a line, as file:line:column: message.

        Several files are checked together, on top of the built-in packs, as a snapshot takes them. With a program
        the names and types in the spec are checked against it, and what would be captured is listed.
        Exit codes: 0 nothing is wrong; 1 there are problems; 2 wrong usage.
        """;

    private const string AboutSchema = """
        Print the JSON Schema of spec files, for completion in editors.

        Example: sideeye spec schema > spec.schema.json, and as the first line of a spec:
        # yaml-language-server: $schema=./spec.schema.json
        """;

    public static Command Create() =>
        new("spec", "Check spec files; put them in force at a control plane; print their schema for editors.")
        {
            CreateCheck(), SpecPushCommand.Create(), CreateSchema(),
        };

    private static Command CreateCheck()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "Spec files (YAML).",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> binary = new("--binary", "-b")
        {
            Description = "A Go program to check the spec against.", HelpName = "FILE",
        };
        Option<int?> pid = new("--pid", "-p")
        {
            Description = "A Go process to check the spec against.", HelpName = "PID",
        };
        Option<bool> verbose = new("--verbose", "-v")
        {
            Description = "List what the built-in packs would capture as well.",
        };
        Option<bool> json = JsonOption.Create();
        Command command = new("check", AboutCheck) { files, binary, pid, verbose, json };
        command.SetAction((parsed, stop) => Task.Run(
            () => Check(
                parsed.GetRequiredValue(files), parsed.GetValue(binary), parsed.GetValue(pid),
                parsed.GetValue(verbose), parsed.GetValue(json)),
            stop));
        return command;
    }

    private static Command CreateSchema()
    {
        Command command = new("schema", AboutSchema);
        command.SetAction(_ =>
        {
            using Stream output = StandardOutput.Open();
            output.Write(Encoding.UTF8.GetBytes(SpecSchema.Text));
            return ExitCode.Done;
        });
        return command;
    }

    private static int Check(IReadOnlyList<string> files, string? binary, int? pid, bool isVerbose, bool json)
    {
        using SpecAgainstProgram against = new(binary, pid, isVerbose);
        ImmutableArray<SpecProblem> problems = SpecFiles.Read(files, against.ProblemsOf).Problems;
        using (Stream output = StandardOutput.Open())
        {
            if (json)
            {
                SpecProblemsJson.Write(output, problems);
            }
            else
            {
                string lines = string.Concat(problems.Select(static each => $"{each}\n"));
                output.Write(Encoding.UTF8.GetBytes(lines + against.Listing));
            }
        }
        return problems.IsEmpty ? ExitCode.Done : ExitCode.Failed;
    }
}
