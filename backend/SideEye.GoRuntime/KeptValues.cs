namespace SideEye.GoRuntime;

/// <summary>
/// What was made once for a key, for any number of threads. Not a dictionary of the framework: those are of other
/// assemblies than our keys, so their code for them would be compiled when a command starts, which takes longer than
/// most commands look anything up.
/// </summary>
/// <typeparam name="TKey">A type of ours.</typeparam>
/// <typeparam name="TValue">What is kept.</typeparam>
internal sealed class KeptValues<TKey, TValue>
    where TKey : struct, IEquatable<TKey>
{
    private const int SlotsAtFirst = 64;
    private readonly Lock guard = new();
    private Entry?[] slots = new Entry?[SlotsAtFirst];
    private int count;

    /// <summary>False when nothing is kept for the key.</summary>
    public bool TryGet(TKey key, out TValue? value)
    {
        lock (guard)
        {
            Entry? entry = Find(key);
            value = entry is null ? default : entry.Value;
            return entry is not null;
        }
    }

    /// <summary>Keeps a value, unless another thread was first: then that thread's.</summary>
    public TValue Keep(TKey key, TValue made)
    {
        lock (guard)
        {
            if (Find(key) is { } earlier)
                return earlier.Value;
            if (count >= slots.Length)
                Grow();
            Add(new Entry(key, made));
            count++;
            return made;
        }
    }

    private Entry? Find(TKey key)
    {
        for (Entry? entry = slots[SlotOf(key)]; entry is not null; entry = entry.Next)
        {
            if (entry.Key.Equals(key))
                return entry;
        }

        return null;
    }

    private void Add(Entry entry)
    {
        ref Entry? slot = ref slots[SlotOf(entry.Key)];
        entry.Next = slot;
        slot = entry;
    }

    private void Grow()
    {
        Entry?[] before = slots;
        slots = new Entry?[before.Length * 2];
        foreach (Entry? first in before)
        {
            for (Entry? entry = first; entry is not null;)
            {
                Entry? next = entry.Next;
                Add(entry);
                entry = next;
            }
        }
    }

    // Offsets and addresses differ in their middle bits; the number of slots is a power of two.
    private int SlotOf(TKey key) => (int)(((uint)key.GetHashCode() * 0x9e37_79b9) >> 8) & (slots.Length - 1);

    private sealed class Entry(TKey key, TValue value)
    {
        public TKey Key { get; } = key;

        public TValue Value { get; } = value;

        public Entry? Next { get; set; }
    }
}
