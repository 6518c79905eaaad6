namespace SideEye.GoRuntime.Unwinding;

/// <summary>
/// One physical frame of a walked stack: a link-time pc and whether it is the very instruction or a return address.
/// Equal keys of one binary expand to equal source frames, so a sequence of keys identifies a stack.
/// </summary>
public readonly record struct FrameKey
{
    private readonly ulong value;

    /// <summary>A frame at a link-time <paramref name="pc"/>.</summary>
    public FrameKey(ulong pc, bool isExact) => value = (pc << 1) | (isExact ? 1UL : 0);

    /// <summary>Link-time program counter.</summary>
    public ulong Pc => value >> 1;

    /// <summary>
    /// True when the instruction at <see cref="Pc"/> is next to execute: a register's pc, or a frame that a signal
    /// interrupted. Otherwise it is a return address and the call lies just before it.
    /// </summary>
    public bool IsExact => (value & 1) != 0;

    /// <summary>
    /// The address to look up function, line and inlining with: inside the call for a return address.
    /// </summary>
    public ulong LookupPc => IsExact ? Pc : Pc - 1;

    /// <summary>The key as one number, for hashing a stack.</summary>
    public ulong Value => value;
}
