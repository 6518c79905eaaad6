using SideEye.Target;

namespace SideEye.GoRuntime.Goroutines;

/// <summary>A thread of the target as it was stopped.</summary>
/// <param name="ThreadId">Thread id in our PID namespace.</param>
/// <param name="TargetThreadId">The same as the target's runtime knows it: m.procid.</param>
/// <param name="Registers">Run-time addresses.</param>
public readonly record struct StoppedThread(int ThreadId, ulong TargetThreadId, Registers Registers);
