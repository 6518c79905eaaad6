using System.Collections.Immutable;
using Dapper;
using SideEye.ControlPlane.Agents;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The agents in the catalog.</summary>
public sealed class AddedAgents : IAddedAgents
{
    private readonly CatalogDatabase database;
    private readonly TimeProvider time;
    private readonly int most;
    private readonly Lock changing = new();
    private ImmutableSortedDictionary<string, AddedAgent> all;

    /// <summary>The agents of a catalog.</summary>
    /// <param name="database">The catalog.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="time">Our clock.</param>
    /// <exception cref="CatalogException">It cannot be read.</exception>
    public AddedAgents(CatalogDatabase database, int most, TimeProvider time)
    {
        this.database = database;
        this.most = most;
        this.time = time;
        all = database.Read(static connection => connection.Query<Row>(
                "SELECT address AS Address, author AS Author, added_us AS AddedUs FROM agents").ToList())
            .ToImmutableSortedDictionary(
                static row => row.Address,
                static row => new AddedAgent(row.Address, row.Author, CatalogTime.Of(row.AddedUs)),
                StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public IReadOnlyList<AddedAgent> All => [.. Volatile.Read(ref all).Values];

    /// <inheritdoc/>
    public AddedAgent Add(string address, string author)
    {
        if (!AgentAddress.IsOne(address))
        {
            throw new CatalogException(CatalogError.Invalid,
                $"{AgentAddress.Shown(address)} is not an address such as host:7461");
        }
        lock (changing)
        {
            if (all.TryGetValue(address, out AddedAgent? known))
                return known;
            if (all.Count >= most)
            {
                throw new CatalogException(
                    CatalogError.Invalid, $"there are {most} agents already, which is the limit");
            }
            AddedAgent added = new(address, author, CatalogTime.Kept(time.GetUtcNow()));
            Row row = new(address, author, CatalogTime.Micros(added.At));
            database.Change(connection => connection.Execute(
                "INSERT INTO agents VALUES (@Address, @Author, @AddedUs)", row));
            Volatile.Write(ref all, all.Add(address, added));
            return added;
        }
    }

    /// <inheritdoc/>
    public bool Remove(string address)
    {
        lock (changing)
        {
            if (!all.ContainsKey(address))
                return false;
            database.Change(connection => connection.Execute(
                "DELETE FROM agents WHERE address = @address", new { address }));
            Volatile.Write(ref all, all.Remove(address));
            return true;
        }
    }

    private sealed record Row(string Address, string Author, long AddedUs);
}
