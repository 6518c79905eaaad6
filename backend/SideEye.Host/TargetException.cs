namespace SideEye.Host;

/// <summary>Why a process cannot be looked at.</summary>
public enum TargetProblem
{
    /// <summary>No such process id.</summary>
    NoSuchProcess,

    /// <summary>Its program was not built by Go.</summary>
    NotGo,

    /// <summary>Built by a Go version that is not supported, or its file is broken.</summary>
    NotReadable,

    /// <summary>The kernel does not let us.</summary>
    NotPermitted,

    /// <summary>A debugger holds it.</summary>
    AlreadyTraced,

    /// <summary>It ended, or executed another program, while we looked.</summary>
    Gone,

    /// <summary>Its threads did not all stop in time.</summary>
    NotStopped,

    /// <summary>The kernel or this build lacks something.</summary>
    NotSupported,
}

/// <summary>A process cannot be looked at; the message says what happened, to which process, and what to do.</summary>
public sealed class TargetException(TargetProblem problem, string message, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Why.</summary>
    public TargetProblem Problem { get; } = problem;
}
