using Dapper;
using Microsoft.Extensions.Logging;
using SideEye.ControlPlane.Agents;
using SideEye.Protocol.Agent;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Names of processes, kept in the catalog. Should that not be writable they hold until the end of this
/// process.</summary>
public sealed partial class ProcessNames : IProcessNames
{
    // The end of a pod's name is what tells it from others, and a number comes behind it.
    private const int BaseCharactersMax = CatalogText.NameCharactersMax - 8;

    private readonly CatalogDatabase database;
    private readonly ProcessNameLimits limits;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private readonly KnownNames known = new();
    private DateTimeOffset forgotAt;

    /// <summary>The names of a catalog.</summary>
    /// <exception cref="CatalogException">It cannot be read.</exception>
    public ProcessNames(
        CatalogDatabase database, ProcessNameLimits limits, TimeProvider time, ILogger<ProcessNames> log)
    {
        this.database = database;
        this.limits = limits;
        this.time = time;
        this.log = log;
        foreach (Row row in database.Read(static connection => connection.Query<Row>(
            "SELECT agent AS Agent, key AS Key, name AS Name, seen_at_us AS SeenAt FROM process_names").ToList()))
        {
            known.Set(new ProcessKey(row.Agent, row.Key), new KnownName(row.Name, CatalogTime.Of(row.SeenAt)));
        }
        Forget(time.GetUtcNow());
    }

    /// <inheritdoc/>
    public string NameOf(FleetProcess process)
    {
        ProcessKey key = new(process.Agent, process.Process.Key);
        if (key.Key.Length == 0 || key.Key.Length > limits.KeyCharactersMax
            || key.Agent.Length > limits.KeyCharactersMax)
        {
            return Text(process.Process).Text;
        }
        lock (gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (known.TryGet(key, out KnownName? name))
            {
                if (now - name.SeenAt >= limits.NoteEvery)
                    Try(key, name with { SeenAt = now });
                return name.Name;
            }
            Forget(now);
            (string text, bool isPod) = Text(process.Process);
            string made = known.Free(text, isPod);
            Try(key, new KnownName(made, now));
            return made;
        }
    }

    /// <inheritdoc/>
    public void Rename(string agent, string key, string name)
    {
        CatalogText.RequireName("a process", name);
        ProcessKey process = new(agent, key);
        lock (gate)
        {
            if (!known.TryGet(process, out KnownName? before))
            {
                throw new CatalogException(CatalogError.NotFound,
                    $"no process {CatalogText.Shown(key)} of agent {CatalogText.Shown(agent)} is known");
            }
            if (known.IsTaken(name, process))
            {
                throw new CatalogException(CatalogError.Conflict,
                    $"another process is called {name}; give that one another name first");
            }
            KnownName renamed = before with { Name = name };
            Write(process, renamed);
            known.Set(process, renamed);
        }
    }

    /// <summary>What a process's name begins with, and whether that is a pod's name.</summary>
    private static (string Text, bool IsPod) Text(Process process)
    {
        string pod = process.Pod[(process.Pod.LastIndexOf('/') + 1)..];
        if (pod.Length > 0)
            return (CatalogText.NameOf(pod, BaseCharactersMax, "pod"), true);
        string program = process.Program.Length > 0 ? process.Program : process.Name;
        return (CatalogText.NameOf(program, BaseCharactersMax, "process"), false);
    }

    private void Try(ProcessKey process, KnownName name)
    {
        known.Set(process, name);
        try
        {
            Write(process, name);
        }
        catch (CatalogException e)
        {
            LogFailed(name.Name, e.Message);
        }
    }

    private void Write(ProcessKey process, KnownName name) => database.Change(connection => connection.Execute(
        "INSERT OR REPLACE INTO process_names VALUES (@Agent, @Key, @Name, @SeenAt)",
        new Row
        {
            Agent = process.Agent, Key = process.Key, Name = name.Name, SeenAt = CatalogTime.Micros(name.SeenAt),
        }));

    private void Forget(DateTimeOffset now)
    {
        bool isFull = known.Count >= limits.NamesMax;
        if (now - forgotAt < limits.NoteEvery && !isFull)
            return;
        forgotAt = now;
        // A few more than need be, so that not every new process is the one too many.
        int max = isFull ? limits.NamesMax - (limits.NamesMax / 10) - 1 : limits.NamesMax;
        IReadOnlyList<ProcessKey> old = known.Old(now - limits.UnseenMax, max);
        foreach (ProcessKey process in old)
            known.Remove(process);
        try
        {
            database.Change(connection => connection.Execute(
                "DELETE FROM process_names WHERE agent = @Agent AND key = @Key", old));
        }
        catch (CatalogException e)
        {
            LogFailed("of old processes", e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The name {Name} cannot be written down: {Problem}")]
    private partial void LogFailed(string name, string problem);

    private sealed record Row
    {
        public required string Agent { get; init; }

        public required string Key { get; init; }

        public required string Name { get; init; }

        public required long SeenAt { get; init; }
    }
}
