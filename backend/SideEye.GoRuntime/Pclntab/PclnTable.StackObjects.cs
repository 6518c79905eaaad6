using SideEye.Target;

namespace SideEye.GoRuntime;

/// <content>Variables with an address, as the garbage collector knows them.</content>
public sealed partial class PclnTable
{
    private const int FuncdataStackObjects = 2;

    /// <summary>Variables of one function with an address; the compiler's own limits keep it far below.</summary>
    private const ulong StackObjectsMax = 100_000;

    /// <summary>
    /// Offset and size of each variable of a function whose address is taken and which holds pointers
    /// (runtime/stack.go stackObjectRecord): offsets below 0 count from varp, others from argp.
    /// </summary>
    /// <exception cref="MalformedFileException">The list is broken.</exception>
    internal List<(int Offset, int Bytes)> StackObjects(in GoFunction function)
    {
        List<(int, int)> objects = [];
        if (!TryFuncdata(table.Span, function, FuncdataStackObjects, out ReadOnlySpan<byte> content))
            return objects;
        ByteCursor cursor = new(content, "stack objects of go:func.*");
        ulong count = cursor.ReadUInt64();
        if (count > StackObjectsMax)
            Broken(Record(function), $"function has {count} stack objects");
        for (ulong i = 0; i < count; i++)
        {
            int offset = (int)cursor.ReadUInt32();
            int bytes = (int)cursor.ReadUInt32();
            cursor.Skip(8); // ptrdata, gcdataoff
            objects.Add((offset, bytes));
        }

        return objects;
    }

    /// <summary>
    /// Distance from SP to the CFA exactly before the instruction at <paramref name="pc"/> executes: what DWARF's frame
    /// offsets of variables count from. Null when the table says nothing about this pc.
    /// </summary>
    /// <param name="function">The physical function; of a call that never returns, the one before the return address.
    /// </param>
    /// <param name="pc">Link-time address, the return address for a frame that has called.</param>
    /// <exception cref="MalformedFileException">The delta table is broken.</exception>
    public int? CfaOffset(in GoFunction function, ulong pc)
    {
        // On amd64 the call has pushed the return address, which belongs to the caller's frame as DWARF sees it.
        int pushed = header.PcQuantum == Architecture.Amd64.PcQuantum ? Architecture.PointerSize : 0;
        return TryStackDelta(function, pc, out int delta) ? delta + pushed : null;
    }

    /// <summary><see cref="CfaOffset(in GoFunction, ulong)"/> of the function that holds <paramref name="pc"/>.
    /// </summary>
    /// <exception cref="MalformedFileException">The tables are broken.</exception>
    public int? CfaOffset(ulong pc) =>
        TryFindFunction(pc, out GoFunction function) ? CfaOffset(function, pc) : null;
}
