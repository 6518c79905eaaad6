namespace SideEye.GoRuntime;

/// <summary>
/// What was made once for a key, for any number of threads. Not a ConcurrentDictionary: that is of another assembly
/// than the core library, so its code for keys of ours would be compiled when a command starts, which takes longer than
/// most commands look anything up.
/// </summary>
/// <typeparam name="TKey">A type of ours.</typeparam>
/// <typeparam name="TValue">What is kept.</typeparam>
internal sealed class KeptValues<TKey, TValue>
    where TKey : notnull
{
    private readonly Dictionary<TKey, TValue> values = [];
    private readonly Lock guard = new();

    /// <summary>False when nothing is kept for the key.</summary>
    public bool TryGet(TKey key, out TValue? value)
    {
        lock (guard)
            return values.TryGetValue(key, out value);
    }

    /// <summary>Keeps a value, unless another thread was first: then that thread's.</summary>
    public TValue Keep(TKey key, TValue made)
    {
        lock (guard)
        {
            if (values.TryGetValue(key, out TValue? earlier))
                return earlier;
            values.Add(key, made);
            return made;
        }
    }
}
