using System.Runtime.InteropServices;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>Routines of frames that are called the same and do the same are equal.</summary>
internal sealed class FrameComparer : IEqualityComparer<Routine>
{
    public static FrameComparer Instance { get; } = new();

    public bool Equals(Routine? x, Routine? y) =>
        ReferenceEquals(x, y)
        || (x is not null && y is not null && x.Name == y.Name && x.FrameBytes == y.FrameBytes
            && Bytes(x).SequenceEqual(Bytes(y)));

    public int GetHashCode(Routine frame)
    {
        HashCode hash = default;
        hash.AddBytes(Bytes(frame));
        return hash.ToHashCode();
    }

    private static ReadOnlySpan<byte> Bytes(Routine frame) =>
        MemoryMarshal.AsBytes<NativeCaptureOp>(CollectionsMarshal.AsSpan(frame.Ops));
}
