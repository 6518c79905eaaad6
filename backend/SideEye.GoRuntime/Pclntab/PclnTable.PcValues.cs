namespace SideEye.GoRuntime;

/// <content>Tables that map a pc to a number, and the numbered tables of a function.</content>
public sealed partial class PclnTable
{
    // internal/abi/symtab.go; the same numbers since Go 1.17.
    private const int PcdataInlineTreeIndex = 2;
    private const int PcdataArgumentLiveIndex = 3;
    private const int FuncdataInlineTree = 3;
    private const int FuncdataArguments = 5;
    private const int FuncdataArgumentsLive = 6;
    private const uint NoFuncdata = uint.MaxValue;

    /// <summary>
    /// runtime/symtab.go pcvalue and step: the value starts at -1 at the function's entry; each pair of varints is a
    /// zig-zag change of the value and the number of instructions it holds for.
    /// </summary>
    /// <returns>
    /// False when the function has no such table or the table ends before the pc; the value is then -1.
    /// </returns>
    private bool TryPcValue(ReadOnlySpan<byte> bytes, uint offset, in GoFunction function, ulong pc, out int value) =>
        TryPcValue(bytes, offset, function, pc, out value, out _);

    /// <summary>As above; also tells the first pc for which the value may be another.</summary>
    private bool TryPcValue(
        ReadOnlySpan<byte> bytes, uint offset, in GoFunction function, ulong pc, out int value, out ulong until)
    {
        value = -1;
        until = function.End;
        if (offset == 0)
            return false;
        long start = header.PcValues + (long)offset;
        if (start >= header.Functions)
            Broken(start, "pc-value table lies outside");
        ReadOnlySpan<byte> pairs = bytes[(int)start..header.Functions];
        ulong target = pc - function.Entry;
        ulong at = 0;
        int position = 0;
        int current = -1;
        // Every pair covers at least one instruction, so a table longer than its function is broken.
        ulong stepsLeft = ((function.End - function.Entry) / (uint)header.PcQuantum) + 1;
        for (bool first = true; ; first = false)
        {
            uint change = Varint(pairs, ref position, start);
            if (change == 0 && !first)
                return false;
            current += (int)(change >> 1) ^ -(int)(change & 1);
            at += Varint(pairs, ref position, start) * (ulong)header.PcQuantum;
            if (target < at)
            {
                value = current;
                until = Math.Min(function.Entry + at, function.End);
                return true;
            }
            if (stepsLeft-- == 0)
                Broken(start, "pc-value table is longer than its function");
        }
    }

    private static uint Varint(ReadOnlySpan<byte> pairs, ref int position, long start)
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            if ((uint)position >= (uint)pairs.Length)
                break;
            byte next = pairs[position++];
            value |= (next & 0x7fu) << shift;
            if (next < 0x80)
                return value;
        }
        Broken(start + position, "pc-value table has no proper end");
        return 0;
    }

    /// <summary>A numbered pc-value table of the function: PCDATA in the assembler's words.</summary>
    private bool TryPcdata(ReadOnlySpan<byte> bytes, in GoFunction function, int number, ulong pc, out int value)
    {
        int record = Record(function);
        value = -1;
        if ((uint)number >= Word(bytes, record + 28))
            return false;
        int tables = record + (header.HasStartLine ? 44 : 40);
        return TryPcValue(bytes, Word(bytes, tables + (number * 4)), function, pc, out value);
    }

    /// <summary>What a function's FUNCDATA of this number points to, up to the end of what is there.</summary>
    private bool TryFuncdata(
        ReadOnlySpan<byte> bytes, in GoFunction function, int number, out ReadOnlySpan<byte> content)
    {
        content = default;
        int record = Record(function);
        int tables = record + (header.HasStartLine ? 44 : 40);
        if (number >= bytes[tables - 1])
            return false;
        long at = tables + (Word(bytes, record + 28) * 4L) + (number * 4);
        if (at > bytes.Length - 4)
            Broken(at, "function record lies outside the table");
        uint offset = Word(bytes, (int)at);
        if (offset == NoFuncdata)
            return false;
        if (offset >= functionData.Length)
            Broken(at, $"funcdata {number} at 0x{offset:x} lies outside the binary's read-only data");
        content = functionData.Span[(int)offset..];
        return true;
    }
}
