namespace SideEye.GoRuntime.Unwinding;

/// <summary>Why a walk ended.</summary>
public enum StackEnd
{
    /// <summary>At the outermost function: the stack is whole.</summary>
    Complete,

    /// <summary>At the limit of frames.</summary>
    FrameLimit,

    /// <summary>At the end of what was copied of the stack.</summary>
    CopyLimit,

    /// <summary>At an address outside Go's code: C, the vDSO, another module, or a uretprobe's trampoline.</summary>
    ForeignCode,

    /// <summary>
    /// At an instruction about which neither the tables nor the frame pointer say where its caller is.
    /// </summary>
    NoFrame,
}
