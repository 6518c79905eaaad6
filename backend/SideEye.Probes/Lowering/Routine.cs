using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>One routine while it is being written: what of an element is copied, and what it leads to.</summary>
internal sealed class Routine
{
    /// <summary>For the text form.</summary>
    public required string Name { get; init; }

    /// <summary>Distance of elements in the target.</summary>
    public required uint ElementBytes { get; init; }

    /// <summary>What of an element is copied; empty for all of it.</summary>
    public List<NativeCapturePiece> Pieces { get; } = [];

    /// <summary>What it leads to.</summary>
    public List<NativeCaptureOp> Ops { get; } = [];
}
