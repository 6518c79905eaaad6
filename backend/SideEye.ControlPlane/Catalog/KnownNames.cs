using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SideEye.ControlPlane.Catalog;

/// <summary>A process that has a name.</summary>
/// <param name="Agent">The agent that watches it.</param>
/// <param name="Key">The key that the agent gave it.</param>
internal readonly record struct ProcessKey(string Agent, string Key);

/// <summary>A name and when its process was last seen.</summary>
/// <param name="Name">The name.</param>
/// <param name="SeenAt">When, by our clock, to about an hour.</param>
internal sealed record KnownName(string Name, DateTimeOffset SeenAt);

/// <summary>Names of processes, each given once.</summary>
/// <remarks>For one thread at a time.</remarks>
internal sealed class KnownNames
{
    private readonly Dictionary<ProcessKey, KnownName> byProcess = [];
    private readonly Dictionary<string, ProcessKey> byName = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => byProcess.Count;

    /// <summary>The name of a process.</summary>
    public bool TryGet(ProcessKey process, [NotNullWhen(true)] out KnownName? known) =>
        byProcess.TryGetValue(process, out known);

    /// <summary>Whether another process has a name.</summary>
    public bool IsTaken(string name, ProcessKey by) => byName.TryGetValue(name, out ProcessKey owner) && owner != by;

    /// <summary>Gives a process a name that nobody else has, in place of its own.</summary>
    public void Set(ProcessKey process, KnownName known)
    {
        Remove(process);
        byProcess.Add(process, known);
        byName.Add(known.Name, process);
    }

    /// <summary>Forgets a process.</summary>
    public void Remove(ProcessKey process)
    {
        if (byProcess.Remove(process, out KnownName? known))
            byName.Remove(known.Name);
    }

    /// <summary>A name that is free: a text with the smallest number that makes it so.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isFirstPlain">Whether the first one goes without a number.</param>
    public string Free(string text, bool isFirstPlain)
    {
        if (isFirstPlain && !byName.ContainsKey(text))
            return text;
        for (int n = isFirstPlain ? 2 : 1; ; n++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{text}-{n}");
            if (!byName.ContainsKey(name))
                return name;
        }
    }

    /// <summary>Those to forget: not seen since a time, or seen the least lately of too many.</summary>
    public IReadOnlyList<ProcessKey> Old(DateTimeOffset since, int max) =>
    [
        .. byProcess.OrderByDescending(static one => one.Value.SeenAt)
            .Where((one, place) => place >= max || one.Value.SeenAt < since).Select(static one => one.Key),
    ];
}
