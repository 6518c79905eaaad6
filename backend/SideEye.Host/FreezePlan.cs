using SideEye.Bpf;
using SideEye.Capture;
using SideEye.Probes;
using SideEye.Probes.Lowering;
using SideEye.Target.Native;

namespace SideEye.Host;

/// <summary>
/// Everything that can be made ready before a target is frozen: buffers sized, a turn at a probe, the request.
/// </summary>
internal sealed class FreezePlan : IDisposable
{
    // One worker is as fast for few goroutines: waking the second costs more than it saves.
    private const int GoroutinesPerWorker = 512;
    private const long ObjectBytes = 1 << 20;
    private const long ObjectBytesPerGoroutine = 1024;
    private const double RoomToGrow = 1.25;
    private const long RoomForNew = 256 << 10;
    private static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(5);

    private readonly GoProcess process;
    private readonly CaptureLimits limits;
    private SharedProbe.Turn? turn;

    private FreezePlan(GoProcess process, CaptureLimits limits, in ProbeNeed need)
    {
        this.process = process;
        this.limits = limits;
        Need = need;
    }

    /// <summary>Looks at the process and sizes what it needs; nothing is stopped.</summary>
    public static FreezePlan Prepare(GoProcess process, CaptureLimits limits, CompiledCapture? capture)
    {
        ProgramImage? program = capture is null or { Program.IsEmpty: true }
            ? null : new ProgramImage(ProgramFor(process, capture, out byte[] tables), tables);
        GoroutineScan scan = process.Scan(limits.GoroutinesMax, feedsClock: false);
        long records = Math.Min((long)(scan.RecordBytes * RoomToGrow) + RoomForNew, limits.OutputBytesMax);
        long objectsMax = program is null ? 0 : (long)Math.Min(capture!.Program.BytesMax, int.MaxValue);
        long objects = Math.Min(objectsMax, ObjectBytes + (scan.Entries * ObjectBytesPerGoroutine));
        int workers = Math.Clamp(scan.Entries / GoroutinesPerWorker, 1, MaxWorkers);
        long most = (long)Math.Min((ulong)limits.OutputBytesMax + (ulong)objectsMax, long.MaxValue);
        return new FreezePlan(
            process, limits, new ProbeNeed(records, objects, most, (scan.Entries * 2) + 4096, workers, program));
    }

    /// <summary>What it needs of a probe.</summary>
    public ProbeNeed Need { get; }

    /// <summary>Nanoseconds that the target stood still so far, over all tries.</summary>
    public long PauseSpentNs { get; private set; }

    /// <summary>Lets a probe read; without, process_vm_readv does.</summary>
    public void Use(SharedProbe.Turn probe) => turn = probe;

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
            FrozenRead read = turn?.Take(Request(NativeReader.Bpf))
                ?? FrozenRead.Take(null, Request(NativeReader.VmRead), Need.Program);
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

    public void Dispose() => turn?.Dispose();

    private bool MayPauseAgain =>
        (PauseSpentNs / TimeSpan.NanosecondsPerTick) + limits.PauseMax.Ticks <= limits.PauseSumMax.Ticks;

    private static int MaxWorkers => Math.Min(Environment.ProcessorCount, 4);

    private static NativeCaptureProgram ProgramFor(GoProcess process, CompiledCapture capture, out byte[] tables)
    {
        tables = capture.Program.Encode(process.LoadBias, out NativeCaptureProgram header);
        return header;
    }

    private NativeSnapshotRequest Request(NativeReader reader) =>
        process.Request(limits, reader, Need.Bytes, (uint)Need.Workers);

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
