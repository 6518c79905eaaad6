using SideEye.Host;
using SideEye.Probes;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Cli.Specs;

/// <summary>Checks a spec against a program file or a process, when one is given.</summary>
internal sealed class SpecAgainstProgram : IDisposable
{
    private readonly CompilableProgram? program;
    private readonly bool isVerbose;

    /// <exception cref="CommandFailedException">Both were given, or the program has no debug information.</exception>
    /// <exception cref="TargetException">Not a Go program, or no such process.</exception>
    public SpecAgainstProgram(string? path, int? pid, bool isVerbose)
    {
        this.isVerbose = isVerbose;
        if (path is not null && pid is not null)
        {
            throw new CommandFailedException(
                "--binary and --pid say two things: check against one program", ExitCode.WrongUsage);
        }
        program = path is null && pid is null ? null : CompilableProgram.Open(path, pid);
    }

    /// <summary>What would be captured, for people; empty without a program.</summary>
    public string Listing { get; private set; } = "";

    /// <summary>What of a merged spec does not fit the program; without one, what of its SQL is wrong for any.
    /// </summary>
    public IEnumerable<SpecProblem> ProblemsOf(CaptureSpec spec)
    {
        if (program is null)
            return SpecSqlCheck.ProblemsOf(spec, null);
        CompiledCapture capture = new CapturePrograms(IndexFiles.Default).Compile(program.Binary, spec);
        Listing = SpecListing.Of(capture, spec, program.Binary, isVerbose);
        return
        [
            .. capture.Bound.Problems.Select(static problem => new SpecProblem(problem.At, problem.Message)),
            .. SpecSqlCheck.ProblemsOf(spec, capture.Bound.Plan),
        ];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        program?.Dispose();
    }
}
