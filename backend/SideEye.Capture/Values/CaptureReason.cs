namespace SideEye.Capture.Values;

/// <summary>
/// Why a captured value is NULL, or a part of it null: the texts of <c>capture_errors.reason</c> and of the marks
/// <c>__unreadable</c> and <c>__truncated</c>. All of them are made here, so that queries can rely on them.
/// </summary>
public static class CaptureReason
{
    /// <summary>The compiler keeps the value nowhere at this pc.</summary>
    public const string OptimisedOut = "optimised out at this pc";

    /// <summary>The value is in a register, and registers of outer frames are not kept.</summary>
    public const string InRegister = "only in a register here";

    /// <summary>The memory was not copied, or could not be read: not even by process_vm_readv, which brings pages in
    /// that are not resident.</summary>
    public const string NotReadable = "memory not readable";

    /// <summary>The map has no such key.</summary>
    public const string NoSuchKey = "no such key";

    /// <summary>A name on the path is a secret's.</summary>
    public const string Redacted = "redacted";

    /// <summary>A length, capacity or pointer that no Go program makes: the variable is not set yet, or was
    /// overwritten.</summary>
    public const string NotPlausible = "not a plausible value";

    /// <summary>An interface whose dynamic type the debug information does not describe.</summary>
    public const string UnknownType = "dynamic type unknown";

    /// <summary>A map or channel whose layout the debug information does not describe.</summary>
    public const string UnknownLayout = "layout unknown";

    /// <summary>More pointers on the way than the spec's limit allows.</summary>
    public const string DepthReached = LimitPrefix + "pointer depth)";

    /// <summary>The document of the value has grown to its limit.</summary>
    public const string SizeReached = LimitPrefix + "document size)";

    /// <summary>Values within values deeper than any document.</summary>
    public const string NestingReached = LimitPrefix + "nesting)";

    /// <summary>The key may be in the part of the map that was not copied.</summary>
    public const string MapCut = LimitPrefix + "map entries)";

    /// <summary>The probe stopped copying: the limit of bytes of a frame or of the snapshot was reached.</summary>
    public const string BytesReached = LimitPrefix + "bytes of a frame or of the snapshot)";

    internal const string LimitPrefix = "limit reached (";

    /// <summary>A pointer or interface on the path is nil.</summary>
    /// <param name="path">What is nil, as in the expression.</param>
    public static string NilAt(string path) =>
        path.Length == 0 ? "nil pointer on the path" : $"nil pointer on the path at {path}";

    /// <summary>The slice, array or string is too short.</summary>
    public static string OutOfRange(long index, long length) => $"index {index} of {length} elements";

    /// <summary>The interface holds a value of another type than the assertion says.</summary>
    public static string OtherType(string name) => OtherTypePrefix + name;

    /// <summary>Whether a reason is one of <see cref="OtherType"/>.</summary>
    internal static bool IsOtherType(string reason) => reason.StartsWith(OtherTypePrefix, StringComparison.Ordinal);

    private const string OtherTypePrefix = "dynamic type is ";

    /// <summary>What of <paramref name="reason"/> the mark <c>__truncated</c> says, or null when it is no limit's.
    /// </summary>
    internal static string? LimitOf(string reason) =>
        reason.StartsWith(LimitPrefix, StringComparison.Ordinal)
            ? reason == DepthReached ? "depth" : reason[LimitPrefix.Length..^1]
            : null;
}
