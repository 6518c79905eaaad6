namespace SideEye.GoRuntime;

/// <summary>Tells the runtime's own goroutines from the program's (runtime/traceback.go isSystemGoroutine).</summary>
public static class SystemGoroutine
{
    /// <summary>True for a goroutine that runtime.Stack(all) hides.</summary>
    /// <param name="startFunction">Name of the function at g.startpc; null when there is none.</param>
    /// <param name="startFuncId">Its special number.</param>
    /// <param name="runsUserCode">
    /// True when the finalizer or cleanup goroutine is running a user's function now, which makes it a user goroutine.
    /// </param>
    public static bool Is(string? startFunction, GoFuncId startFuncId, bool runsUserCode = false) => startFuncId switch
    {
        _ when startFunction is null => false,
        GoFuncId.RuntimeMain or GoFuncId.Corostart or GoFuncId.HandleAsyncEvent => false,
        GoFuncId.RunFinalizers or GoFuncId.RunCleanups => !runsUserCode,
        _ => startFunction.StartsWith("runtime.", StringComparison.Ordinal),
    };
}
