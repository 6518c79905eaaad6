using SideEye.Bpf;
using SideEye.Capture.Births;
using SideEye.Capture.Waits;
using SideEye.GoRuntime;
using SideEye.Linux;
using SideEye.Target;
using SideEye.Target.Native;

namespace SideEye.Host;

/// <summary>A live Go process: its program's facts, where it is loaded, and what was seen of its goroutines.</summary>
public sealed class GoProcess
{
    private readonly LinuxProcess process;
    private readonly FileIdentity program;
    private IdLook? idLook;

    private GoProcess(LinuxProcess process, FileIdentity program, string executable, GoBinary binary, ulong loadBias)
    {
        this.process = process;
        this.program = program;
        Executable = executable;
        Binary = binary;
        LoadBias = loadBias;
        Name = Path.GetFileName(executable);
    }

    /// <summary>Process id.</summary>
    public int Pid => process.Pid;

    /// <summary>Path of the executable as the process sees it.</summary>
    public string Executable { get; }

    /// <summary>File name of the executable.</summary>
    public string Name { get; }

    /// <summary>Facts of the program.</summary>
    public GoBinary Binary { get; }

    /// <summary>Run-time minus link-time addresses.</summary>
    public ulong LoadBias { get; }

    /// <summary>What was seen of its goroutines' waits so far.</summary>
    public WaitClock WaitClock { get; } = new();

    /// <summary>What was seen of the ids of its goroutines so far.</summary>
    public BirthClock BirthClock { get; } = new();

    /// <summary>True while the same process executes the same program.</summary>
    public bool IsAlive =>
        process.IsAlive && FrozenRead.TryIdentify(Pid, out ulong device, out ulong inode)
        && program == new FileIdentity(device, inode);

    /// <summary>Opens a process by its id.</summary>
    /// <exception cref="TargetException">No such process, not Go, not permitted, or not supported.</exception>
    public static GoProcess Open(int pid, BinaryCache binaries)
    {
        LinuxProcess process = new(pid);
        if (!process.IsAlive)
            throw new TargetException(TargetProblem.NoSuchProcess, $"no process has the pid {pid}; see sideeye ps");
        string executable = process.Executable ?? $"pid {pid}";
        if (!FrozenRead.TryIdentify(pid, out ulong device, out ulong inode))
            throw Refused(pid);
        FileIdentity identity = new(device, inode);
        try
        {
            GoBinary binary = binaries.Open(process, identity, executable).Go;
            return new GoProcess(process, identity, executable, binary, BiasOf(process, binary));
        }
        catch (TargetException e)
        {
            throw new TargetException(e.Problem, $"pid {pid}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(pid);
        }
    }

    /// <summary>
    /// Reads every runtime.g without stopping anything. What is read may be torn; it is good for counting, for sizing
    /// buffers, and for telling that a wait goes on.
    /// </summary>
    /// <param name="goroutinesMax">Most goroutines to look at.</param>
    /// <param name="feedsClock">True to let <see cref="WaitClock"/> see them.</param>
    /// <exception cref="TargetException">The list of goroutines cannot be read.</exception>
    public GoroutineScan Scan(long goroutinesMax, bool feedsClock)
    {
        RuntimeVariables variables = Binary.Variables;
        bool isRead = process.Memory.TryReadUInt64(new(variables.AllGLen + LoadBias), out ulong count);
        isRead &= process.Memory.TryReadUInt64(new(variables.AllGPtr + LoadBias), out ulong array);
        if (!isRead)
            throw Refused(Pid);
        count = Math.Min(count, (ulong)goroutinesMax);
        return GoroutineScan.Read(process.Memory, Binary, array, count, feedsClock ? WaitClock : null);
    }

    /// <summary>
    /// Looks at which ids goroutines have by now, stopping nothing, and lets <see cref="BirthClock"/> know: a few
    /// system calls, however many goroutines there are. Nothing is learnt without debug information, or when the
    /// process is gone. For one thread at a time.
    /// </summary>
    public void LookAtIds()
    {
        if (Binary.GoroutineIds is not { } source)
            return;
        idLook ??= new IdLook(process.Memory, source, LoadBias);
        long began = MonotonicClock.Now();
        if (idLook.Read() is { } ids)
            BirthClock.See(ids, began, MonotonicClock.Now());
    }

    /// <summary>The request for a frozen read of this process.</summary>
    internal NativeSnapshotRequest Request(
        Capture.CaptureLimits limits, NativeReader reader, long expectedBytes, uint workers) => new()
    {
        Allgptr = Binary.Variables.AllGPtr + LoadBias,
        Allglen = Binary.Variables.AllGLen + LoadBias,
        DeadlineNs = (ulong)limits.PauseMax.Ticks * TimeSpan.NanosecondsPerTick,
        StackBytesMax = (ulong)limits.StackBytesMax,
        GoroutinesMax = (ulong)limits.GoroutinesMax,
        OutputBytesMax = (ulong)limits.OutputBytesMax,
        ExpectedBytes = (ulong)expectedBytes,
        ExeDevice = program.Device,
        ExeInode = program.Inode,
        Pid = Pid,
        Reader = (uint)reader,
        Workers = workers,
        OtherPidNamespace = process.IsInOtherPidNamespace ? 1u : 0,
        Layout = NativeLayouts.Of(Binary),
    };

    /// <summary>When the last garbage collection ended, as the runtime has it; null when that is not to be had.
    /// </summary>
    internal long? CollectionEnd() =>
        Binary.CollectionEnd is { } address
        && process.Memory.TryReadUInt64(new(address + LoadBias), out ulong end) ? (long)end : null;

    /// <summary>
    /// What net/netip.z4 points to: up to Go 1.22 an address is IPv4 when its zone is this pointer, and the variable is
    /// set once when the program starts (net/netip/netip.go). Null when unknown or not needed.
    /// </summary>
    internal ulong? NetipV4Mark()
    {
        const int handlesSince = 23;
        return Binary.Version.Minor < handlesSince
            && Binary.DebugInformation.Dwarf?.FindVariable("net/netip.z4") is { } address
            && process.Memory.TryReadUInt64(new(address + LoadBias), out ulong mark) ? mark : null;
    }

    /// <summary>What pointer variables hold, by their link-time addresses; those that cannot be read are left out.
    /// </summary>
    internal Dictionary<ulong, ulong> PointersIn(IEnumerable<ulong?>? variables)
    {
        Dictionary<ulong, ulong> pointers = [];
        foreach (ulong address in (variables ?? []).OfType<ulong>())
        {
            if (process.Memory.TryReadUInt64(new(address + LoadBias), out ulong pointer))
                pointers[address] = pointer;
        }
        return pointers;
    }

    internal static TargetException Gone(int pid) =>
        new(TargetProblem.Gone, $"pid {pid} ended, or executed another program, while it was looked at");

    /// <summary>
    /// The kernel refused to show something of a process: it forbids it, or the process has just ended.
    /// </summary>
    internal static TargetException Refused(int pid)
    {
        LinuxProcess process = new(pid);
        if (!process.IsAlive)
            return Gone(pid);
        return process.IsKernelThread
            ? new(
                TargetProblem.NotGo,
                $"pid {pid} ({process.CommandName}) is a thread of the kernel: it has no program")
            : new(TargetProblem.NotPermitted, WhyRefused($"pid {pid}"));
    }

    /// <summary>ptrace(2), "Ptrace access mode checking": what is left when each right that could be missing is there
    /// is a security module.</summary>
    private static string WhyRefused(string process)
    {
        if (!Privileges.Has(Capability.SysPtrace))
        {
            return Privileges.IsRoot
                ? $"no permission to read {process} although we are root: CAP_SYS_PTRACE is missing; "
                    + "give it to sideeye, or to its container"
                : $"no permission to read {process}: run sideeye as root (sudo), or give it CAP_SYS_PTRACE";
        }
        return Privileges.IsInUserNamespace
            ? $"no permission to read {process}: we are in a user namespace, and our rights end at its border; "
                + "run sideeye as root of the host"
            : $"{process} is protected: the kernel does not let us read it although we have CAP_SYS_PTRACE, "
                + "so a security module forbids it (see the kernel's log)";
    }

    private static ulong BiasOf(LinuxProcess process, GoBinary binary)
    {
        if (!binary.IsPositionIndependent)
            return 0;
        TargetAddress start = process.ExecutableStart() ?? throw Refused(process.Pid);
        return start.Value - (binary.Elf.FirstLoadAddress & ~0xfffUL);
    }
}
