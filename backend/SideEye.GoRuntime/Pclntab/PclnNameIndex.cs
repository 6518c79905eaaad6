using System.Text;

namespace SideEye.GoRuntime;

/// <summary>
/// Function indices by the hash of their names: an open-addressing table of at most 16 bytes per function, no string,
/// built once for a binary when the first name is looked up.
/// </summary>
internal sealed class PclnNameIndex
{
    private readonly PclnTable table;
    private readonly int[] slots;
    private readonly int mask;

    private PclnNameIndex(PclnTable table, int[] slots)
    {
        this.table = table;
        this.slots = slots;
        mask = slots.Length - 1;
    }

    /// <summary>Hashes every function name of the table.</summary>
    public static PclnNameIndex Build(PclnTable table)
    {
        int capacity = 16;
        while (capacity < table.FunctionCount * 2L)
            capacity *= 2;
        PclnNameIndex index = new(table, new int[capacity]);
        for (int i = 0; i < table.FunctionCount; i++)
        {
            int slot = index.Home(table.NameUtf8(table.FunctionAt(i)));
            while (index.slots[slot] != 0)
                slot = (slot + 1) & index.mask;
            index.slots[slot] = i + 1;
        }
        return index;
    }

    /// <summary>The first function of that name that is no wrapper, else the first, else null.</summary>
    public GoFunction? Find(string name)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(name);
        GoFunction? wrapper = null;
        // At most half of the slots are taken, so an empty one ends every search.
        for (int slot = Home(wanted); slots[slot] != 0; slot = (slot + 1) & mask)
        {
            GoFunction candidate = table.FunctionAt(slots[slot] - 1);
            if (!table.NameUtf8(candidate).SequenceEqual(wanted))
                continue;
            if (candidate.FuncId != GoFuncId.Wrapper)
                return candidate;
            wrapper ??= candidate;
        }
        return wrapper;
    }

    /// <summary>Seeded per process, so that no file can be made to collide.</summary>
    private int Home(ReadOnlySpan<byte> name)
    {
        HashCode hash = default;
        hash.AddBytes(name);
        return hash.ToHashCode() & mask;
    }
}
