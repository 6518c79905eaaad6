using SideEye.GoRuntime;
using SideEye.Target;
using SideEye.Target.Native;

namespace SideEye.Host;

/// <summary>The runtime's layout as the probe wants it.</summary>
internal static class NativeLayouts
{
    private const uint NoField = ushort.MaxValue;

    /// <summary>
    /// How labels are laid out: a map until 1.23, a sorted slice from 1.24 on (runtime/pprof/label.go).
    /// </summary>
    public static NativeLabelFormat LabelFormat(GoBinary binary) =>
        binary.Version.IsAtLeast(24) ? NativeLabelFormat.Slice : NativeLabelFormat.Map;

    public static NativeLayout Of(GoBinary binary)
    {
        GLayout g = binary.Layout.G;
        MLayout m = binary.Layout.M;
        int bytesOfM = 8 + new[] { m.ProcId, m.G0, m.GSignal, m.CurG, m.VdsoSp, m.VdsoPc }.Max();
        if (g.Size > NativeLimits.GBytesMax || bytesOfM > NativeLimits.MBytesMax)
        {
            throw new UnsupportedLayoutException(
                $"{binary.Version}: runtime.g has {g.Size} bytes and runtime.m needs {bytesOfM}; "
                + $"this build knows up to {NativeLimits.GBytesMax} and {NativeLimits.MBytesMax}");
        }
        // Only on amd64 a saved frame pointer lies below the return address of its frame's own function.
        bool chains = binary.Architecture == Architecture.Amd64;
        return new NativeLayout
        {
            GSize = (uint)g.Size,
            GStackLo = (uint)g.StackLo,
            GStackHi = (uint)g.StackHi,
            GM = (uint)g.M,
            GSchedSp = (uint)g.SchedSp,
            GSyscallsp = (uint)g.SyscallSp,
            GSchedPc = (uint)g.SchedPc,
            GSchedBp = chains ? (uint)g.SchedBp : NoField,
            GSyscallpc = (uint)g.SyscallPc,
            GSyscallbp = chains && g.SyscallBp is int bp ? (uint)bp : NoField,
            GStatus = (uint)g.AtomicStatus,
            GLabels = (uint)g.Labels,
            MSize = (uint)bytesOfM,
            MProcid = (uint)m.ProcId,
            MG0 = (uint)m.G0,
            MGsignal = (uint)m.GSignal,
            MVdsoSp = (uint)m.VdsoSp,
            LabelFormat = (uint)LabelFormat(binary),
        };
    }
}

/// <summary>A Go version whose structures are larger than the probe's buffers.</summary>
public sealed class UnsupportedLayoutException(string message) : Exception(message);
