using SideEye.Bpf;
using SideEye.Capture;
using SideEye.Probes;
using SideEye.Probes.Lowering;
using SideEye.Target.Native;

namespace SideEye.Host;

/// <summary>
/// Everything that can be made ready before a target is frozen: buffers sized, probe loaded, request filled in.
/// </summary>
internal sealed class FreezePlan : IDisposable
{
    // One worker is as fast for few goroutines: waking the second costs more than it saves.
    private const int GoroutinesPerWorker = 512;
    // What does not fit is read by process_vm_readv, which is slower; the spec's own limit is usually far above.
    private const long ObjectBytes = 8 << 20;
    private const long ObjectBytesPerGoroutine = 1024;
    private const double RoomToGrow = 1.25;
    private static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(5);

    private readonly GoProcess process;
    private readonly CaptureLimits limits;
    private readonly ProbeLoan? loan;
    private readonly NativeSnapshotRequest request;
    private readonly ProgramImage? program;

    private FreezePlan(
        GoProcess process, CaptureLimits limits, ProbeLoan? loan, ProgramImage? program,
        in NativeSnapshotRequest request)
    {
        this.program = program;
        this.process = process;
        this.limits = limits;
        this.loan = loan;
        this.request = request;
    }

    public static FreezePlan Prepare(
        GoProcess process, CaptureLimits limits, ReaderChoice choice, CompiledCapture? capture, ProbePool? probes)
    {
        ProgramImage? program = capture is null or { Program.IsEmpty: true }
            ? null : new ProgramImage(ProgramFor(process, capture, out byte[] tables), tables);
        GoroutineScan scan = process.Scan(limits.GoroutinesMax, feedsClock: false);
        long expected = Math.Min((long)(scan.RecordBytes * RoomToGrow) + (1 << 20), limits.OutputBytesMax);
        if (program is not null)
        {
            expected += Math.Min(
                (long)capture!.Program.BytesMax, ObjectBytes + (scan.Entries * ObjectBytesPerGoroutine));
        }
        ProbeLoan? loan = choice == ReaderChoice.VmRead
            ? null : TryLend(probes, expected, scan.Entries, choice, program);
        NativeReader reader = loan is null ? NativeReader.VmRead : NativeReader.Bpf;
        uint workers = (uint)Math.Clamp(scan.Entries / GoroutinesPerWorker, 1, MaxWorkers);
        return new FreezePlan(process, limits, loan, program, process.Request(limits, reader, expected, workers));
    }

    /// <summary>Nanoseconds that the target stood still so far, over all tries.</summary>
    public long PauseSpentNs { get; private set; }

    /// <summary>
    /// Freezes the target, copies, lets it go. Tries again when a busy host did not let all threads stop in time.
    /// </summary>
    /// <exception cref="TargetException">The target could not be frozen or read.</exception>
    public async Task<FrozenRead> FireAsync(CancellationToken stop)
    {
        TimeSpan patience = FirstPatience;
        for (int attempt = 1; ; attempt++)
        {
            stop.ThrowIfCancellationRequested();
            FrozenRead read = FrozenRead.Take(loan?.Probe, request, program);
            PauseSpentNs += (long)read.Result.PauseNs;
            if (read.Result.Outcome == (uint)NativeOutcome.Done)
                return read;
            NativeSnapshotResult result = read.Result;
            read.Dispose();
            bool isLast = attempt == limits.FreezeAttemptsMax || !MayPauseAgain;
            if (result.Outcome != (uint)NativeOutcome.NotStopped || isLast)
                throw Explain(result);
            await Task.Delay(patience, stop).ConfigureAwait(false);
            patience *= 2;
        }
    }

    public void Dispose() => loan?.Dispose();

    private bool MayPauseAgain =>
        (PauseSpentNs / TimeSpan.NanosecondsPerTick) + limits.PauseMax.Ticks <= limits.PauseSumMax.Ticks;

    private static int MaxWorkers => Math.Min(Environment.ProcessorCount, 4);

    private static NativeCaptureProgram ProgramFor(GoProcess process, CompiledCapture capture, out byte[] tables)
    {
        tables = capture.Program.Encode(process.LoadBias, out NativeCaptureProgram header);
        return header;
    }

    private static ProbeLoan? TryLend(
        ProbePool? probes, long capacity, int entries, ReaderChoice choice, ProgramImage? program)
    {
        try
        {
            int goroutines = (entries * 2) + 4096;
            return probes?.Lend(capacity, goroutines, program) ?? ProbeLoan.Load(capacity, goroutines, program);
        }
        catch (ProbeRefusedException e)
        {
            return choice == ReaderChoice.Automatic
                ? null : throw new TargetException(TargetProblem.NotSupported, e.Message, e);
        }
    }

    private TargetException Explain(in NativeSnapshotResult result) => (NativeOutcome)result.Outcome switch
    {
        NativeOutcome.NoSuchProcess or NativeOutcome.Gone => GoProcess.Gone(process.Pid),
        NativeOutcome.NotPermitted => GoProcess.Refused(process.Pid),
        NativeOutcome.AlreadyTraced => new TargetException(
            TargetProblem.AlreadyTraced,
            $"pid {process.Pid} is already traced by pid {result.ErrorNumber} ({TracerName(result.ErrorNumber)}): "
            + "a process has one debugger at a time; end that one first"),
        NativeOutcome.NotStopped => new TargetException(
            TargetProblem.NotStopped,
            $"thread {result.ErrorNumber} of pid {process.Pid} did not stop within "
            + $"{limits.PauseMax.TotalMilliseconds} ms ({limits.FreezeAttemptsMax} tries): "
            + "the host is overloaded or the thread is in uninterruptible sleep; "
            + "try again, or allow a longer pause with --pause-max"),
        NativeOutcome.UnreadableGoroutines => new TargetException(
            TargetProblem.NotReadable,
            $"the list of goroutines of pid {process.Pid} could not be read (errno {result.ErrorNumber})"),
        NativeOutcome.OutOfMemory => new TargetException(
            TargetProblem.NotSupported, $"not enough memory to copy the goroutines of pid {process.Pid}"),
        _ => new TargetException(
            TargetProblem.NotSupported, $"pid {process.Pid} could not be frozen (errno {result.ErrorNumber})"),
    };

    private static string TracerName(int pid) =>
        new Linux.LinuxProcess(pid).CommandName is { Length: > 0 } name ? name : "unknown";
}
