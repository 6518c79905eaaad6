namespace SideEye.GoRuntime.Functions;

/// <summary>
/// A closure that a function's frame holds while the deferred call of it is still to come. Offsets are from the CFA.
/// </summary>
/// <param name="Offset">Where the closure lies: its first word is the address of its code.</param>
/// <param name="Code">Link-time address of that code.</param>
/// <param name="BitsOffset">A byte with a bit for each deferred call that is still to come.</param>
/// <param name="ClosuresOffset">The words that point to the closures of those calls, in the order of the bits.</param>
public sealed record DeferredClosure(long Offset, ulong Code, long BitsOffset, long ClosuresOffset)
{
    /// <summary>Words at <see cref="ClosuresOffset"/>, of which those without a bit mean nothing.</summary>
    public const int CallsMax = PclnTable.OpenDefersMax;
}

/// <summary>
/// The value of a variable as a deferred closure has captured it: a copy, because the variable is never assigned again.
/// </summary>
/// <param name="Piece">Where it is.</param>
/// <param name="Closure">It is there as long as this closure is.</param>
public sealed record DeferredCopy(VariablePiece Piece, DeferredClosure Closure);
