using SideEye.Target;

namespace SideEye.GoRuntime.Unwinding;

/// <summary>Where a walk begins.</summary>
/// <param name="Registers">Run-time addresses.</param>
/// <param name="IsExact">True when the pc comes from a processor's registers; false for one that was saved as a return
/// address.</param>
public readonly record struct StackStart(Registers Registers, bool IsExact);
