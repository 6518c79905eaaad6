namespace SideEye.GoRuntime;

/// <summary>
/// The functions that the runtime's own unwinder treats specially, under one numbering for all Go versions
/// (the numbers in the binary moved in 1.22 and 1.25: internal/abi/symtab.go, runtime/symtab.go up to 1.20).
/// </summary>
public enum GoFuncId
{
    /// <summary>Not special.</summary>
    Normal,

    /// <summary>runtime.abort.</summary>
    Abort,

    /// <summary>runtime.asmcgocall.</summary>
    Asmcgocall,

    /// <summary>runtime.asyncPreempt: the frame below it was interrupted at an arbitrary pc.</summary>
    AsyncPreempt,

    /// <summary>runtime.cgocallback.</summary>
    Cgocallback,

    /// <summary>runtime.corostart (1.22 and later).</summary>
    Corostart,

    /// <summary>runtime.debugCallV2: the frame below it was interrupted at an arbitrary pc.</summary>
    DebugCall,

    /// <summary>runtime.gcBgMarkWorker.</summary>
    GcBgMarkWorker,

    /// <summary>runtime.goexit, the outermost frame of every goroutine.</summary>
    Goexit,

    /// <summary>runtime.gogo.</summary>
    Gogo,

    /// <summary>runtime.gopanic.</summary>
    Gopanic,

    /// <summary>runtime.handleAsyncEvent.</summary>
    HandleAsyncEvent,

    /// <summary>runtime.mcall.</summary>
    Mcall,

    /// <summary>runtime.morestack.</summary>
    Morestack,

    /// <summary>runtime.mstart.</summary>
    Mstart,

    /// <summary>runtime.panicwrap.</summary>
    Panicwrap,

    /// <summary>runtime.rt0_go.</summary>
    Rt0Go,

    /// <summary>runtime.runFinalizers (runtime.runfinq up to 1.24).</summary>
    RunFinalizers,

    /// <summary>runtime.runCleanups (1.25 and later).</summary>
    RunCleanups,

    /// <summary>runtime.main.</summary>
    RuntimeMain,

    /// <summary>runtime.sigpanic: the frame below it was interrupted at an arbitrary pc.</summary>
    Sigpanic,

    /// <summary>runtime.systemstack.</summary>
    Systemstack,

    /// <summary>runtime.systemstack_switch.</summary>
    SystemstackSwitch,

    /// <summary>Generated code: method wrappers, deferwrap, gowrap; hidden by runtime.Stack unless innermost.</summary>
    Wrapper,
}

/// <summary>The numbers of <see cref="GoFuncId"/> in a binary, by Go version.</summary>
internal static class GoFuncIds
{
    // runtime/symtab.go, Go 1.19; 1.20 and 1.21 have the same order.
    private static readonly GoFuncId[] UpTo121 =
    [
        GoFuncId.Normal, GoFuncId.Abort, GoFuncId.Asmcgocall, GoFuncId.AsyncPreempt, GoFuncId.Cgocallback,
        GoFuncId.DebugCall, GoFuncId.GcBgMarkWorker, GoFuncId.Goexit, GoFuncId.Gogo, GoFuncId.Gopanic,
        GoFuncId.HandleAsyncEvent, GoFuncId.Mcall, GoFuncId.Morestack, GoFuncId.Mstart, GoFuncId.Panicwrap,
        GoFuncId.Rt0Go, GoFuncId.RunFinalizers, GoFuncId.RuntimeMain, GoFuncId.Sigpanic, GoFuncId.Systemstack,
        GoFuncId.SystemstackSwitch, GoFuncId.Wrapper,
    ];

    // internal/abi/symtab.go, Go 1.22 to 1.24: corostart came in.
    private static readonly GoFuncId[] From122 =
    [
        GoFuncId.Normal, GoFuncId.Abort, GoFuncId.Asmcgocall, GoFuncId.AsyncPreempt, GoFuncId.Cgocallback,
        GoFuncId.Corostart, GoFuncId.DebugCall, GoFuncId.GcBgMarkWorker, GoFuncId.Goexit, GoFuncId.Gogo,
        GoFuncId.Gopanic, GoFuncId.HandleAsyncEvent, GoFuncId.Mcall, GoFuncId.Morestack, GoFuncId.Mstart,
        GoFuncId.Panicwrap, GoFuncId.Rt0Go, GoFuncId.RunFinalizers, GoFuncId.RuntimeMain, GoFuncId.Sigpanic,
        GoFuncId.Systemstack, GoFuncId.SystemstackSwitch, GoFuncId.Wrapper,
    ];

    // internal/abi/symtab.go, Go 1.25 to 1.27: runfinq became runFinalizers after runtime_main, runCleanups came in.
    private static readonly GoFuncId[] From125 =
    [
        GoFuncId.Normal, GoFuncId.Abort, GoFuncId.Asmcgocall, GoFuncId.AsyncPreempt, GoFuncId.Cgocallback,
        GoFuncId.Corostart, GoFuncId.DebugCall, GoFuncId.GcBgMarkWorker, GoFuncId.Goexit, GoFuncId.Gogo,
        GoFuncId.Gopanic, GoFuncId.HandleAsyncEvent, GoFuncId.Mcall, GoFuncId.Morestack, GoFuncId.Mstart,
        GoFuncId.Panicwrap, GoFuncId.Rt0Go, GoFuncId.RuntimeMain, GoFuncId.RunFinalizers, GoFuncId.RunCleanups,
        GoFuncId.Sigpanic, GoFuncId.Systemstack, GoFuncId.SystemstackSwitch, GoFuncId.Wrapper,
    ];

    /// <summary>
    /// Index is the number in the binary. A number beyond the list is a later version's: not special to us.
    /// </summary>
    public static GoFuncId[] For(GoVersion version) =>
        version.IsAtLeast(25) ? From125 : version.IsAtLeast(22) ? From122 : UpTo121;
}
