using SideEye.Bpf;
using SideEye.Capture;
using SideEye.Probes;
using SideEye.Probes.Binding;
using SideEye.Spec.Model;

namespace SideEye.Host;

/// <summary>
/// One process on its way through prepare, fire and write; a failure of one does not touch the others.
/// </summary>
public sealed class PreparedProcess : IDisposable
{
    private FreezePlan? plan;
    private FrozenRead? read;
    private CompiledCapture? capture;
    private BindProblem? lacksDebugInformation;

    private PreparedProcess(SnapshotTarget target, int processId)
    {
        Target = target;
        ProcessId = processId;
        Error = target.Refusal;
    }

    /// <summary>The process.</summary>
    public SnapshotTarget Target { get; }

    /// <summary>Identity in the snapshot.</summary>
    public int ProcessId { get; }

    /// <summary>Why it will not be, or was not, captured; null when nothing is wrong so far.</summary>
    public string? Error { get; private set; }

    /// <summary>How long the process stood still, over all tries; zero before it was fired.</summary>
    public TimeSpan PauseSpent { get; private set; }

    /// <summary>What it needs of a probe; null when it is not to be captured.</summary>
    internal ProbeNeed? Need => plan?.Need;

    /// <summary>Compiles the spec and looks at the process; what goes wrong is in <see cref="Error"/>.</summary>
    internal static PreparedProcess Prepare(
        SnapshotTarget target, int processId, CaptureLimits limits, CaptureSpec spec, CapturePrograms programs)
    {
        PreparedProcess prepared = new(target, processId);
        if (prepared.Error is not null)
            return prepared;
        try
        {
            prepared.capture = programs.For(target.Process.Binary, spec);
            prepared.lacksDebugInformation = WithoutVariables(target.Process, spec);
            prepared.plan = FreezePlan.Prepare(target.Process, target.Limits ?? limits, prepared.capture);
        }
        catch (Exception e) when (IsOfTarget(e))
        {
            prepared.Error = e.Message;
        }
        return prepared;
    }

    /// <summary>Lets a probe read the process.</summary>
    internal void Use(SharedProbe.Turn probe) => plan!.Use(probe);

    /// <summary>Says why the process will not be captured.</summary>
    internal void Refuse(string error)
    {
        Error = error;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The plan's probe holds the memory that was read into.
        read?.Dispose();
        plan?.Dispose();
        read = null;
        plan = null;
    }

    internal async Task FireAsync(CancellationToken stop)
    {
        if (plan is null)
            return;
        try
        {
            read = await plan.FireAsync(stop).ConfigureAwait(false);
        }
        catch (TargetException e)
        {
            Error = e.Message;
        }
        finally
        {
            PauseSpent = TimeSpan.FromTicks(plan.PauseSpentNs / TimeSpan.NanosecondsPerTick);
        }
    }

    internal ProcessOutcome Write(SnapshotWriter writer)
    {
        GoProcess process = Target.Process;
        if (read is null)
        {
            writer.WriteFailed(Facts());
            return new ProcessOutcome(process.Pid, null, 0, Error);
        }
        int goroutines = writer.Write(new ProcessRecords
        {
            Facts = Facts(),
            Binary = process.Binary,
            LoadBias = process.LoadBias,
            Result = read.Result,
            Regions = [.. Enumerable.Range(0, read.RegionCount).Select(read.Region)],
            LabelFormat = NativeLayouts.LabelFormat(process.Binary),
            WaitClock = process.WaitClock,
            Births = process.BirthClock.Known(),
            Capture = capture,
            CollectionEnd = process.CollectionEnd(),
            NetipV4Mark = capture is null ? null : process.NetipV4Mark(),
            ContextKeyPointers = process.PointersIn(capture?.Bound.ContextKeys.Select(static key => key.Variable)),
        });
        return new ProcessOutcome(process.Pid, read.Result, goroutines, null)
        {
            Problems = capture?.Bound.Problems ?? (lacksDebugInformation is null ? [] : [lacksDebugInformation]),
            Truncation = TruncationText.Of(read.Result),
        };
    }

    /// <summary>That nothing of a spec is captured; packs alone expect nothing.</summary>
    private static BindProblem? WithoutVariables(GoProcess process, CaptureSpec spec) =>
        process.Binary.DebugInformation is { IsAvailable: false } missing
        && spec.Functions.FirstOrDefault(static function => !function.IsOptional) is { } function
            ? new BindProblem(function.At,
                $"nothing is captured of {process.Executable}, which has no debug information ({missing.Reason})")
            : null;

    private ProcessFacts Facts() => new()
    {
        ProcessId = ProcessId,
        Pid = Target.Process.Pid,
        Host = Target.Host,
        Program = Target.Program,
        Environment = Target.Environment,
        FriendlyName = Target.FriendlyName ?? Target.Process.Name,
        ContainerId = Target.ContainerId,
        Pod = Target.Pod,
        Executable = Target.Process.Executable,
        Binary = Target.Process.Binary,
        Error = Error,
    };

    private static bool IsOfTarget(Exception e) =>
        e is TargetException or UnsupportedLayoutException or GoRuntime.RuntimeVariableNotFoundException
            or GoRuntime.UnsupportedGoVersionException or SideEye.Target.MalformedFileException;
}
