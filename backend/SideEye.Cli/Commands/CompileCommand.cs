using System.CommandLine;
using System.Text;
using SideEye.Cli.Output;
using SideEye.Cli.Specs;
using SideEye.Host;
using SideEye.Probes;
using SideEye.Probes.Binding;
using SideEye.Probes.Lowering;
using SideEye.Spec.Model;

namespace SideEye.Cli.Commands;

/// <summary><c>sideeye compile</c>: what the probe would do for a spec in a program, in words.</summary>
internal static class CompileCommand
{
    private const string About = """
        Print the capture program of a spec for a Go program: in which frames which bytes are copied, and what is
        followed from there. Nothing is run.

        Example: sideeye compile ./server --spec server.yaml --no-packs; with what interfaces may hold: --types main.
        """;

    public static Command Create()
    {
        Argument<string?> binary = new("BINARY")
        {
            Description = "A program file, unless --pid is given.", Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int?> pid = new("--pid", "-p")
        {
            Description = "The program of this process, instead of BINARY.", HelpName = "PID",
        };
        Option<string[]> specs = SpecOption.Create();
        Option<bool> noPacks = new("--no-packs") { Description = "Leave out the built-in packs." };
        Option<string?> types = new("--types", "-t")
        {
            Description = "Also list the types that interfaces may hold whose names contain this.", HelpName = "TEXT",
        };
        Command command = new("compile", About) { binary, pid, specs, noPacks, types };
        command.SetAction((parsed, stop) => Task.Run(
            () => Run(
                parsed.GetValue(binary), parsed.GetValue(pid),
                SpecFiles.ReadGood(parsed.GetValue(specs) ?? [], !parsed.GetValue(noPacks)), parsed.GetValue(types)),
            stop));
        return command;
    }

    private static int Run(string? path, int? pid, CaptureSpec spec, string? types)
    {
        if (path is null == pid is null)
        {
            throw new CommandFailedException(
                "name one program: a file, or a process with --pid; see sideeye compile --help", ExitCode.WrongUsage);
        }
        using CompilableProgram program = CompilableProgram.Open(path, pid);
        CompiledCapture compiled = new CapturePrograms(IndexFiles.Default).Compile(program.Binary, spec);
        foreach (BindProblem problem in compiled.Bound.Problems)
            Console.Error.WriteLine($"sideeye: {problem}");
        string text = ProgramText.Of(
            compiled.Program, program.Binary.Pcln,
            types is null ? null : name => name.Contains(types, StringComparison.Ordinal));
        using Stream output = StandardOutput.Open();
        output.Write(Encoding.UTF8.GetBytes(
            PlainText.CleanLines($"{program.Name}, {program.Binary.Version}, build id {program.Binary.BuildId ?? "?"}, "
            + $"spec {spec.CaptureHash}\n{ProgramText.SizesOf(compiled.Program)}\n{text}")));
        return compiled.Bound.Problems.IsEmpty ? ExitCode.Done : ExitCode.Partial;
    }
}
