namespace SideEye.Elf;

/// <summary>
/// Symbol numbers by a hash of their names. Two integers a symbol; names stay where they are in the file, and a hit is
/// verified against them.
/// </summary>
internal sealed class SymbolNameIndex
{
    // Names may overlap in a hostile table, so each costs at most this much; equal beginnings share a bucket.
    private const int HashedBytesMax = 256;
    private readonly int[] heads;
    private readonly int[] nexts;

    private SymbolNameIndex(int[] heads, int[] nexts)
    {
        this.heads = heads;
        this.nexts = nexts;
    }

    /// <summary>The first symbol whose name may be <paramref name="name"/>, or -1.</summary>
    public int First(ReadOnlySpan<byte> name) => heads[Hash(name) & (uint)(heads.Length - 1)] - 1;

    /// <summary>The next such symbol, or -1.</summary>
    public int Next(int symbol) => nexts[symbol] - 1;

    public static bool NameEquals(ReadOnlySpan<byte> names, uint offset, ReadOnlySpan<byte> wanted)
    {
        if (offset >= (uint)names.Length)
            return false;
        ReadOnlySpan<byte> rest = names[(int)offset..];
        return rest.Length > wanted.Length && rest[wanted.Length] == 0 && rest.StartsWith(wanted);
    }

    // FNV-1a over the name up to its NUL.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        int count = Math.Min(name.Length, HashedBytesMax);
        for (int i = 0; i < count && name[i] != 0; i++)
            hash = (hash ^ name[i]) * 16777619;
        return hash ^ (hash >> 15);
    }

    /// <summary>Fills an index; what is added later is found first.</summary>
    internal readonly struct Builder(int symbolCount)
    {
        private readonly int[] heads =
            new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(symbolCount, 1))];

        private readonly int[] nexts = new int[symbolCount];

        public void Add(int symbol, ReadOnlySpan<byte> nameAndMore)
        {
            ref int head = ref heads[Hash(nameAndMore) & (uint)(heads.Length - 1)];
            nexts[symbol] = head;
            head = symbol + 1;
        }

        public SymbolNameIndex Build() => new(heads, nexts);
    }
}
