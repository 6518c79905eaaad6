namespace SideEye.Bpf;

/// <summary>What the snapshot of one process needs of a probe.</summary>
/// <param name="RecordBytes">Of records of goroutines, without captured objects.</param>
/// <param name="ObjectBytes">Of captured objects, as many as most programs have.</param>
/// <param name="BytesMax">Of both together, at most.</param>
/// <param name="Goroutines">That may need a second look.</param>
/// <param name="Workers">Threads of the process that run it at once.</param>
/// <param name="Program">What to capture; null for nothing.</param>
public readonly record struct ProbeNeed(
    long RecordBytes, long ObjectBytes, long BytesMax, int Goroutines, int Workers, ProgramImage? Program)
{
    /// <summary>Room on top for the objects of a program that has many; those who share a probe share it. What does
    /// not fit is read by process_vm_readv, which is slower; the spec's own limit is usually far above.</summary>
    public const long SpareObjectBytes = 8 << 20;

    /// <summary>Bytes to be ready for.</summary>
    public long Bytes => RecordBytes + ObjectBytes + (Program is null ? 0 : SpareObjectBytes);
}
