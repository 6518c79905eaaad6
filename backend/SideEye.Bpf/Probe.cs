using System.Reflection;
using System.Text;
using SideEye.Target.Native;

namespace SideEye.Bpf;

/// <summary>
/// The probe, loaded into the kernel and waiting at signal delivery. It can be used for any number of snapshots, one at
/// a time; the records of one are valid until the next that may fill the same chunks.
/// </summary>
public sealed unsafe class Probe : IDisposable
{
    private const int LogBytes = 256 * 1024;

    private readonly ProgramRoom? room;
    private nint handle;

    private Probe(nint handle, long capacityBytes, int goroutinesMax, ProgramRoom? room)
    {
        this.handle = handle;
        this.room = room;
        CapacityBytes = capacityBytes;
        GoroutinesMax = goroutinesMax;
    }

    /// <summary>Bytes of records that fit; more are read by process_vm_readv, which is slower.</summary>
    public long CapacityBytes { get; }

    /// <summary>Goroutines that may need a second look (running, labelled, long stacks).</summary>
    public int GoroutinesMax { get; }

    /// <summary>Chunks for records.</summary>
    internal long Chunks => ChunksOf(CapacityBytes);

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(handle == 0, this);
            return handle;
        }
    }

    /// <summary>
    /// Loads the probe with room for so many bytes of records; takes 10 to 20 ms, with a capture program 150 ms or
    /// more, and nothing is frozen yet.
    /// </summary>
    /// <param name="capacityBytes">Room for records, captured objects included.</param>
    /// <param name="goroutinesMax">Room for goroutines that may need a second look.</param>
    /// <param name="program">What it is to capture; it can then run this program and smaller ones. Null: nothing.
    /// </param>
    /// <exception cref="ProbeRefusedException">The kernel says no.</exception>
    public static Probe Load(long capacityBytes, int goroutinesMax, ProgramImage? program = null) =>
        LoadWithRoom(capacityBytes, goroutinesMax, ProgramRoom.Of(program));

    /// <summary>As <see cref="Load"/>, with room for programs of such sizes.</summary>
    internal static Probe LoadWithRoom(long capacityBytes, int goroutinesMax, ProgramRoom? room)
    {
        byte[] probe = ReadProbe();
        byte[] log = GC.AllocateUninitializedArray<byte>(LogBytes);
        long chunks = ChunksOf(capacityBytes);
        NativeCaptureProgram sizes = room?.Sizes ?? default;
        fixed (byte* probeBytes = probe)
        fixed (byte* logBytes = log)
        {
            int error = NativeCalls.ProbeLoad(
                probeBytes, (nuint)probe.Length, (uint)chunks, (uint)goroutinesMax, room is null ? null : &sizes,
                logBytes, LogBytes, out nint handle);
            if (error != 0)
                throw new ProbeRefusedException(-error, TextOf(log));
            return new Probe(handle, capacityBytes, goroutinesMax, room);
        }
    }

    /// <summary>Whether it has room for a snapshot: so many bytes of records, goroutines that may need a second look,
    /// and a capture program; one that was loaded for none takes none.</summary>
    internal bool Fits(long capacityBytes, int goroutinesMax, ProgramRoom? program) =>
        CapacityBytes >= capacityBytes && GoroutinesMax >= goroutinesMax
        && (program is { } wanted ? room is { } sizes && sizes.Holds(wanted) : room is null);

    /// <summary>Takes it away from the tracepoints, where it costs every signal of the host a little; records of the
    /// last snapshot are gone, and wiped. False when a thread of the target may still be in it: then it must be
    /// disposed.</summary>
    internal bool TryRest() => NativeCalls.ProbeRest(Handle) == 0;

    /// <summary>Puts it back to the tracepoints; false when the kernel says no.</summary>
    internal bool TryWake() => NativeCalls.ProbeAttach(Handle) == 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        nint owned = Interlocked.Exchange(ref handle, 0);
        if (owned != 0)
            NativeCalls.ProbeFree(owned);
    }

    // Each worker leaves one chunk half full.
    private static long ChunksOf(long capacityBytes) =>
        (capacityBytes / NativeLimits.ChunkBytes) + NativeLimits.MaxWorkers;

    private static byte[] ReadProbe()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("snapshot.bpf.o")
            ?? throw new InvalidOperationException("snapshot.bpf.o is not embedded in this build");
        byte[] probe = new byte[stream.Length];
        stream.ReadExactly(probe);
        return probe;
    }

    private static string TextOf(byte[] log)
    {
        int end = Array.IndexOf(log, (byte)0);
        return Encoding.UTF8.GetString(log, 0, end < 0 ? log.Length : end);
    }
}
