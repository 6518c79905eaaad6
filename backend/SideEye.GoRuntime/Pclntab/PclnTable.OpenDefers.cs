using SideEye.Target;

namespace SideEye.GoRuntime;

/// <content>What functions say about the calls that they defer.</content>
public sealed partial class PclnTable
{
    private const int FuncdataOpenCodedDefers = 4;

    /// <summary>Go's compiler writes out eight deferred calls at most (ssagen/ssa.go maxOpenDefers).</summary>
    internal const int OpenDefersMax = 8;

    /// <summary>
    /// True when the function runs deferred calls before it returns, which is so for every function with a defer
    /// statement (_func.deferreturn, where a panic that was recovered goes on).
    /// </summary>
    /// <exception cref="MalformedFileException">The function's record is broken.</exception>
    internal bool CallsDeferReturn(in GoFunction function) => Word(table.Span, Record(function) + 12) != 0;

    /// <summary>
    /// Where a function with open-coded defers keeps what is still to be called, from varp downwards: a byte with a bit
    /// for each call, and the first of the closures (runtime/panic.go initOpenCodedDefers). Both are zeroed when the
    /// function is entered. For Go 1.22 and later, which wrote down less than those before.
    /// </summary>
    /// <exception cref="MalformedFileException">The description is broken.</exception>
    internal bool TryOpenDefers(in GoFunction function, out long bits, out long closures)
    {
        bits = 0;
        closures = 0;
        if (!TryFuncdata(table.Span, function, FuncdataOpenCodedDefers, out ReadOnlySpan<byte> content))
            return false;
        int position = 0;
        bits = Varint(content, ref position, 0);
        closures = Varint(content, ref position, 0);
        return true;
    }
}
