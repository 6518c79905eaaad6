using SideEye.Target;

namespace SideEye.GoRuntime;

/// <content>Argument words without DWARF: what runtime.Stack prints in parentheses.</content>
public sealed partial class PclnTable
{
    // internal/abi/type.go TraceArgs…: what is below 0xf0 is an offset, followed by a size.
    private const byte ArgumentsEnd = 0xff;
    private const byte ArgumentOffsetTooLarge = 0xfb;
    private const byte ArgumentOperators = 0xf0;
    private const int ArgumentBytesMax = ((5 * 3) + 2) * 10 + 1;

    /// <summary>
    /// Where the function keeps the words of its arguments: at fixed offsets of the caller's argument area, which
    /// begins
    /// at the CFA on amd64 and 8 bytes above it on arm64. Register arguments have spill slots there, which hold the
    /// argument only while the compiler says so.
    /// </summary>
    /// <param name="function">The physical function.</param>
    /// <param name="pc">Link-time address of the instruction, which decides <paramref name="isLive"/>.</param>
    /// <param name="wordIndex">
    /// 0-based among the words that runtime.Stack prints (at most 10): a string counts as two.
    /// </param>
    /// <param name="offset">Bytes from the start of the argument area.</param>
    /// <param name="size">Bytes of the word: 1, 2, 4 or 8.</param>
    /// <param name="isLive">False when the slot may hold anything; runtime.Stack prints a question mark then.</param>
    /// <returns>False when the function has no such word or its offset was too large to record.</returns>
    /// <exception cref="MalformedFileException">The description is broken.</exception>
    public bool TryArgumentSlot(
        in GoFunction function, ulong pc, int wordIndex, out int offset, out int size, out bool isLive)
    {
        offset = 0;
        size = 0;
        isLive = false;
        ReadOnlySpan<byte> bytes = table.Span;
        if (!TryFuncdata(bytes, function, FuncdataArguments, out ReadOnlySpan<byte> stream))
            return false;
        bool hasLiveness = TryFuncdata(bytes, function, FuncdataArgumentsLive, out ReadOnlySpan<byte> liveness);
        if (liveness.IsEmpty)
            hasLiveness = false;
        byte firstTracked = hasLiveness ? liveness[0] : ArgumentsEnd;
        ByteCursor cursor = new(stream[..Math.Min(stream.Length, ArgumentBytesMax)], "argument words of go:func.*");
        int slot = 0;
        for (int word = 0; ; )
        {
            byte next = cursor.ReadByte();
            if (next == ArgumentsEnd)
                return false;
            if (next >= ArgumentOperators)
            {
                if (next == ArgumentOffsetTooLarge && word++ == wordIndex)
                    return false;
                continue;
            }
            byte bytesOfWord = cursor.ReadByte();
            if (word++ == wordIndex)
            {
                offset = next;
                size = bytesOfWord;
                isLive = next < firstTracked || IsLive(bytes, function, pc, liveness, slot);
                return true;
            }
            if (next >= firstTracked)
                slot++;
        }
    }

    /// <summary>runtime/traceback.go printArgs: PCDATA 3 gives the offset of a bitmap in FUNCDATA 6.</summary>
    private bool IsLive(
        ReadOnlySpan<byte> bytes, in GoFunction function, ulong pc, ReadOnlySpan<byte> liveness, int slot)
    {
        if (!TryPcdata(bytes, function, PcdataArgumentLiveIndex, pc, out int bitmap) || bitmap <= 0)
            return true;
        long at = bitmap + (slot / 8L);
        if (at >= liveness.Length)
            Broken(Record(function), "argument liveness lies outside the binary's read-only data");
        return (liveness[(int)at] & (1 << (slot % 8))) != 0;
    }
}
