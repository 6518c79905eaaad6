using System.Globalization;
using System.Text;
using SideEye.GoRuntime.Types;
using SideEye.Host;
using SideEye.Probes;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Cli.Specs;

/// <summary>Checks a spec against a program file or a process, when one is given.</summary>
internal sealed class SpecAgainstProgram : IDisposable
{
    private readonly CompilableProgram? program;

    /// <exception cref="CommandFailedException">Both were given, or the program has no debug information.</exception>
    /// <exception cref="TargetException">Not a Go program, or no such process.</exception>
    public SpecAgainstProgram(string? path, int? pid)
    {
        if (path is not null && pid is not null)
        {
            throw new CommandFailedException(
                "--binary and --pid say two things: check against one program", ExitCode.WrongUsage);
        }
        program = path is null && pid is null ? null : CompilableProgram.Open(path, pid);
    }

    /// <summary>What would be captured, for people; empty without a program.</summary>
    public string Listing { get; private set; } = "";

    /// <summary>What of a merged spec does not fit the program.</summary>
    public IEnumerable<SpecProblem> ProblemsOf(CaptureSpec spec)
    {
        if (program is null)
            return [];
        CompiledCapture capture = new CapturePrograms(FunctionIndexFiles.Default).Compile(program.Binary, spec);
        Listing = ListOf(capture);
        return [.. capture.Bound.Problems.Select(static problem => new SpecProblem(problem.At, problem.Message))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        program?.Dispose();
    }

    private static string ListOf(CompiledCapture capture)
    {
        StringBuilder text = new();
        foreach (FunctionTable table in capture.Bound.Plan.Tables)
        {
            text.Append(CultureInfo.InvariantCulture, $"{table.Name}: {table.Function}\n");
            foreach (CapturedColumn column in table.Columns)
            {
                string what = column.IsSecret ? "redacted"
                    : column.Type.Size == 0 && column.Type.Name == "unknown" ? "not in this program"
                    : $"{column.Type.Name}, {SizeOf(column.Type)}";
                text.Append(CultureInfo.InvariantCulture, $"  {column.Name}: {column.Expression}, {what}\n");
            }
        }
        text.Append(
            CultureInfo.InvariantCulture,
            $"at most {capture.Bound.Limits.FrameBytes} bytes of objects for one frame, "
            + $"{capture.Bound.Limits.SnapshotBytes} for one snapshot of a process\n");
        return text.ToString();
    }

    private static string SizeOf(GoType type) => type is { Kind: GoKind.Pointer, Element: { } target }
        ? $"{type.Size} bytes and {target.Size} behind the pointer" : $"{type.Size} bytes";
}
