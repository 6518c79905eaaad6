namespace SideEye.Grafana.Calls;

/// <summary>
/// What a plugin keeps for each configured data source, such as connections: made on first use, made anew when the
/// settings change, and disposed of when the last call that uses it is over.
/// </summary>
/// <typeparam name="T">What is kept.</typeparam>
public sealed class InstanceCache<T> : IDisposable
    where T : class, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<(long OrgId, string Uid), Instance> instances = [];
    private readonly Func<DataSourceSettings, T> make;
    private readonly int most;
    private long uses;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="make">Makes an instance; what it throws reaches the caller of <see cref="Take"/>.</param>
    /// <param name="most">How many are kept; beyond, the one unused for longest goes.</param>
    public InstanceCache(Func<DataSourceSettings, T> make, int most = 1_000)
    {
        this.make = make;
        this.most = most;
    }

    /// <summary>The instance for a data source as it is configured now, until the lease is disposed of.</summary>
    public Lease Take(long orgId, DataSourceSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        lock (gate)
        {
            (long, string) key = (orgId, settings.Uid);
            // Calls with older settings may still be under way: they are served by what there is, and bring back none.
            if (!instances.TryGetValue(key, out Instance? instance) || instance.Updated < settings.LastUpdatedMs)
            {
                Instance made = new(make(settings), settings.LastUpdatedMs);
                instance?.Retire();
                instances[key] = instance = made;
                ForgetOldest(key);
            }
            instance.LastUse = ++uses;
            instance.Users++;
            return new Lease(this, instance);
        }
    }

    /// <summary>Disposes of all that is not in use, and of the rest when it no longer is.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (Instance instance in instances.Values)
                instance.Retire();
            instances.Clear();
        }
    }

    private void ForgetOldest((long, string) keep)
    {
        if (instances.Count <= most)
            return;
        (long, string) oldest = instances.Where(each => each.Key != keep).MinBy(each => each.Value.LastUse).Key;
        instances[oldest].Retire();
        instances.Remove(oldest);
    }

    /// <summary>The use of an instance by one call.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly InstanceCache<T> cache;
        private Instance? instance;

        internal Lease(InstanceCache<T> cache, Instance instance)
        {
            this.cache = cache;
            this.instance = instance;
            Value = instance.Value;
        }

        /// <summary>The instance.</summary>
        public T Value { get; }

        /// <summary>Ends the use.</summary>
        public void Dispose()
        {
            lock (cache.gate)
            {
                instance?.Leave();
                instance = null;
            }
        }
    }

    internal sealed class Instance(T value, long updated)
    {
        private bool isRetired;

        internal T Value { get; } = value;

        internal long Updated { get; } = updated;

        internal int Users { get; set; }

        internal long LastUse { get; set; }

        internal void Retire()
        {
            isRetired = true;
            DisposeUnused();
        }

        internal void Leave()
        {
            Users--;
            DisposeUnused();
        }

        private void DisposeUnused()
        {
            if (isRetired && Users == 0)
                Value.Dispose();
        }
    }
}
