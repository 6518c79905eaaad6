using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using SideEye.Target;

namespace SideEye.GoRuntime;

/// <summary>
/// Go's own symbol table, which stripping leaves in place because the runtime needs it: functions, files, lines,
/// inlined
/// calls, and how far each instruction has moved SP (runtime/symtab.go, cmd/link/internal/ld/pcln.go).
/// All addresses are link-time. Lookups allocate nothing but the strings they return, which are interned.
/// Safe for use by several threads.
/// </summary>
public sealed partial class PclnTable
{
    /// <summary>A bucket per so many bytes of text narrows a lookup to a few functions.</summary>
    private const int BucketShift = 12;

    private readonly ReadOnlyMemory<byte> table;
    private readonly ReadOnlyMemory<byte> functionData;
    private readonly PclnHeader header;
    private readonly ulong text;
    private readonly ulong textBytes;
    private readonly int[] buckets;
    private readonly GoFuncId[] funcIds;
    private readonly GoLimits limits;

    private PclnTable(
        ReadOnlyMemory<byte> table, ReadOnlyMemory<byte> functionData, PclnHeader header, ulong text,
        GoVersion version, GoLimits limits)
    {
        this.table = table;
        this.functionData = functionData;
        this.header = header;
        this.text = text;
        this.limits = limits;
        funcIds = GoFuncIds.For(version);
        buckets = BuildBuckets(table.Span, header, out textBytes);
        names = new InternedStrings(table, header.Names, header.UnitFiles, limits.NameBytesMax);
        files = new InternedStrings(table, header.Files, header.PcValues, limits.NameBytesMax);
    }

    /// <summary>Functions in the table, of every package and language that was linked in.</summary>
    public int FunctionCount => header.FunctionCount;

    /// <summary>First address of Go's text: moduledata.text, which is not always the start of section .text.</summary>
    public ulong TextStart => text;

    /// <summary>First address behind Go's text.</summary>
    public ulong TextEnd => text + textBytes;

    /// <summary>Reads the header and checks the function table's order.</summary>
    /// <param name="table">From the header to the end of what may belong to the table.</param>
    /// <param name="functionData">
    /// From moduledata.gofunc to the end of what may belong to it: inline trees, argument words.
    /// </param>
    /// <param name="text">moduledata.text.</param>
    /// <param name="version">Decides the numbering of special functions.</param>
    /// <param name="limits">Bounds on lookups.</param>
    /// <exception cref="MalformedFileException">The table is not what Go 1.18 or later writes.</exception>
    public static PclnTable Open(
        ReadOnlyMemory<byte> table, ReadOnlyMemory<byte> functionData, ulong text, GoVersion version,
        GoLimits? limits = null) =>
        new(table, functionData, PclnHeader.Parse(table.Span), text, version, limits ?? GoLimits.Default);

    /// <summary>Finds the function whose code or padding holds <paramref name="pc"/>.</summary>
    /// <param name="pc">Link-time address.</param>
    /// <param name="function">The function when there is one.</param>
    /// <returns>False when the address lies outside Go's text.</returns>
    /// <exception cref="MalformedFileException">The function's record lies outside the table.</exception>
    public bool TryFindFunction(ulong pc, out GoFunction function)
    {
        ulong offset = pc - text;
        if (offset >= textBytes)
        {
            function = default;
            return false;
        }
        ReadOnlySpan<byte> bytes = table.Span;
        ReadOnlySpan<byte> entries = bytes[header.Functions..];
        int bucket = (int)(offset >> BucketShift);
        int low = buckets[bucket];
        int high = buckets[bucket + 1];
        while (low < high)
        {
            int middle = low + ((high - low + 1) >> 1);
            if (EntryOffset(entries, middle) <= offset)
                low = middle;
            else
                high = middle - 1;
        }
        function = ReadFunction(bytes, low);
        return function.Contains(pc);
    }

    /// <summary>The function at a position of the table; positions ascend with addresses.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not below <see cref="FunctionCount"/>.</exception>
    /// <exception cref="MalformedFileException">The function's record lies outside the table.</exception>
    public GoFunction FunctionAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, FunctionCount);
        return ReadFunction(table.Span, index);
    }

    /// <summary>
    /// How many bytes SP has moved down since the function's entry, exactly before the instruction at
    /// <paramref name="pc"/> executes. On amd64 the return address is at SP + delta; on arm64 the caller's SP is
    /// SP + delta and a delta of 0 means that the return address is still in LR. It is -8 where assembly has popped its
    /// own return address (syscall.rawVforkSyscall on amd64).
    /// </summary>
    /// <returns>False when the table says nothing about this pc, as in padding and for C code.</returns>
    /// <exception cref="MalformedFileException">The delta table is broken.</exception>
    public bool TryStackDelta(in GoFunction function, ulong pc, out int delta) =>
        TryStackDelta(function, pc, out delta, out _);

    /// <summary>As <see cref="TryStackDelta(in GoFunction, ulong, out int)"/>; also tells the first pc for which the
    /// delta may be another, or the function's end.</summary>
    /// <exception cref="MalformedFileException">The delta table is broken.</exception>
    public bool TryStackDelta(in GoFunction function, ulong pc, out int delta, out ulong until)
    {
        ReadOnlySpan<byte> bytes = table.Span;
        uint pcsp = Word(bytes, Record(function) + 16);
        return TryPcValue(bytes, pcsp, function, pc, out delta, out until);
    }

    /// <summary>First index of the function table for each bucket of text; checks the order on the way.</summary>
    private static int[] BuildBuckets(ReadOnlySpan<byte> bytes, in PclnHeader header, out ulong textBytes)
    {
        ReadOnlySpan<byte> entries = bytes.Slice(header.Functions, (header.FunctionCount * 8) + 4);
        uint end = EntryOffset(entries, header.FunctionCount);
        uint previous = EntryOffset(entries, 0);
        // A bucket names the function that holds its first byte: the last one to begin at or before it.
        int[] buckets = new int[(end >> BucketShift) + 2];
        int filled = 0;
        for (int i = 0; i < header.FunctionCount; i++)
        {
            uint next = EntryOffset(entries, i + 1);
            if (next < previous)
                Broken(header.Functions + (i * 8), "the function table is not in ascending order");
            previous = next;
            ulong reach = i + 1 < header.FunctionCount ? next : ulong.MaxValue;
            while (filled < buckets.Length && (ulong)filled << BucketShift < reach)
                buckets[filled++] = i;
        }
        textBytes = end;
        return buckets;
    }

    private GoFunction ReadFunction(ReadOnlySpan<byte> bytes, int index)
    {
        ReadOnlySpan<byte> entries = bytes[header.Functions..];
        uint recordOffset = Word(entries, (index * 8) + 4);
        long record = header.Functions + (long)recordOffset;
        int fixedBytes = header.HasStartLine ? 44 : 40;
        if (record + fixedBytes > bytes.Length)
            Broken(header.Functions + (index * 8) + 4, $"function record 0x{recordOffset:x} lies outside the table");
        ReadOnlySpan<byte> fields = bytes.Slice((int)record, fixedBytes);
        // runtime/runtime2.go _func: funcID and flag are the first bytes of the last word.
        byte id = fields[fixedBytes - 4];
        int args = (int)Word(fields, 8);
        return new GoFunction
        {
            Index = index,
            Entry = text + EntryOffset(entries, index),
            End = text + EntryOffset(entries, index + 1),
            FuncId = FuncIdOf(id),
            Flags = (GoFuncFlags)fields[fixedBytes - 3],
            ArgsBytes = args == int.MinValue ? null : args,
            RecordOffset = recordOffset,
            NameOffset = Word(fields, 4),
        };
    }

    private GoFuncId FuncIdOf(byte id) => id < funcIds.Length ? funcIds[id] : GoFuncId.Normal;

    private int Record(in GoFunction function) => checked((int)(header.Functions + (long)function.RecordOffset));

    private static uint EntryOffset(ReadOnlySpan<byte> entries, int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(entries[(index * 8)..]);

    private static uint Word(ReadOnlySpan<byte> bytes, int offset)
    {
        if (offset < 0 || offset > bytes.Length - 4L)
            Broken(offset, "a 32-bit word lies beyond the end of the table");
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
    }

    [DoesNotReturn]
    private static void Broken(long offset, string problem) =>
        throw new MalformedFileException(PclnHeader.Section, (ulong)offset, problem);
}
