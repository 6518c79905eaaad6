namespace SideEye.GoRuntime;

/// <summary>
/// Bounds on what is read from a Go binary. The files belong to whoever runs the target, and are read by a root
/// process:
/// reaching a bound is a <see cref="Target.MalformedFileException"/>, never a long loop or a large allocation.
/// </summary>
public sealed record GoLimits
{
    /// <summary>The limits used unless told otherwise.</summary>
    public static readonly GoLimits Default = new();

    /// <summary>Inlined calls inside each other at one pc; the compiler's own nesting stays far below.</summary>
    public int InlineDepthMax { get; init; } = 1000;

    /// <summary>Bytes of a function, file, module or build setting's text.</summary>
    public int NameBytesMax { get; init; } = 32 << 10;

    /// <summary>Bytes of the module text in <c>.go.buildinfo</c>; large servers have some 50 KB.</summary>
    public int BuildInfoBytesMax { get; init; } = 16 << 20;

    /// <summary>Bytes searched for build information or module data when no section or symbol names them.</summary>
    public int ScanBytesMax { get; init; } = 1 << 30;

    /// <summary>Places that look like a pclntab header and are tried, when no section or symbol names it.</summary>
    public int PclntabCandidatesMax { get; init; } = 32;

    /// <summary>Bytes of code decoded to find a runtime variable in a stripped binary.</summary>
    public int DecodedCodeBytesMax { get; init; } = 16 << 10;

    /// <summary>Entries of <c>runtime.waitReasonStrings</c>; Go 1.27 has 47.</summary>
    public int WaitReasonsMax { get; init; } = 255;
}
