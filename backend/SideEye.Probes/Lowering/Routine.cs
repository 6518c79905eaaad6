using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>One routine while it is being written: what of an element is copied, and what it leads to.</summary>
internal sealed class Routine
{
    /// <summary>What it is for; null for those that every program has, and frames.</summary>
    public RoutineKey? Key { get; init; }

    /// <summary>A name of its own instead.</summary>
    public string? OwnName { get; init; }

    /// <summary>For the text form: made when asked for, since programs have tens of thousands of routines.</summary>
    public RoutineName Name => OwnName is null && Key is { } key
        ? PathText.NameOf(key) : new RoutineName(null, OwnName ?? "?");

    /// <summary>Distance of elements in the target.</summary>
    public required uint ElementBytes { get; init; }

    /// <summary>Of a frame the most bytes of objects that are copied for it; else 0.</summary>
    public uint FrameBytes { get; init; }

    /// <summary>What of an element is copied; empty for all of it.</summary>
    public List<NativeCapturePiece> Pieces { get; } = [];

    /// <summary>What it leads to.</summary>
    public List<NativeCaptureOp> Ops { get; } = [];
}
