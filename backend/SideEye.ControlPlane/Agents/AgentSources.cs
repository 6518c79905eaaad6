using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using SideEye.ControlPlane.Catalog;
using SideEye.Spec.Reading;

namespace SideEye.ControlPlane.Agents;

/// <summary>
/// Where agents are, from every source that was configured. A source that fails keeps what it said last, so that a
/// typing error in a file or a moment without DNS does not lose a fleet.
/// </summary>
internal sealed partial class AgentSources(
    FleetOptions options, IAddedAgents? added, TimeProvider time, ILogger log)
{
    private readonly Dictionary<string, KnownList> lists = new(StringComparer.Ordinal);

    private readonly Dictionary<string, KnownName> names = new(StringComparer.Ordinal);

    /// <summary>What is wrong with sources now, for people.</summary>
    public ImmutableArray<string> Problems { get; private set; } = [];

    /// <summary>Every address with its labels, by address.</summary>
    public async Task<ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>> LookAsync(
        CancellationToken stop)
    {
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>.Builder all =
            ImmutableSortedDictionary.CreateBuilder<string, ImmutableSortedDictionary<string, string>>(
                StringComparer.Ordinal);
        List<string> problems = [];
        foreach (string address in options.Addresses.Concat(added?.All.Select(static one => one.Address) ?? []))
            Add(all, address, NoLabels, problems);
        foreach (string file in options.Files)
        {
            KnownList list = Read(file);
            if (list.Problem is not null)
                problems.Add(list.Problem);
            foreach (TargetGroup group in list.Groups)
            {
                foreach (string address in group.Targets)
                    Add(all, address, group.Labels, problems);
            }
        }
        foreach (string name in options.DnsNames)
        {
            KnownName known = await ResolveAsync(name, stop).ConfigureAwait(false);
            if (known.Problem is not null)
                problems.Add(known.Problem);
            foreach (string address in known.Addresses)
                Add(all, address, NoLabels.Add("name", name), problems);
        }
        Problems = [.. problems];
        return all.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string> NoLabels { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    private void Add(
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>.Builder all, string address,
        ImmutableSortedDictionary<string, string> labels, List<string> problems)
    {
        // Of an agent that is named in two places counts what both say of it.
        if (all.TryGetValue(address, out ImmutableSortedDictionary<string, string>? known))
            all[address] = known.SetItems(labels);
        else if (!AgentAddress.IsOne(address))
            problems.Add($"{AgentAddress.Shown(address)} is not an address such as host:7461");
        else if (all.Count >= options.Limits.AgentsMax)
            problems.Add($"there are more than {options.Limits.AgentsMax} agents; {address} is left out");
        else
            all.Add(address, labels);
    }

    private KnownList Read(string file)
    {
        KnownList known = lists.GetValueOrDefault(file) ?? new KnownList(null, [], null);
        try
        {
            // Its content says whether it has changed: a ConfigMap's file is a link to a link that is put elsewhere,
            // and times and lengths are those of the first link.
            string text = ReadText(file);
            if (text == known.Text)
                return lists[file] = known with { Problem = null };
            known = new KnownList(text, TargetLists.Read(text, Path.GetFileName(file)), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            string problem = $"the list of agents {file} cannot be used, its last good content holds: {e.Message}";
            if (problem != known.Problem)
                ListFailed(problem);
            known = known with { Problem = problem };
        }
        return lists[file] = known;
    }

    private string ReadText(string file)
    {
        if (!File.Exists(file))
            throw new InvalidDataException("there is no such file");
        using FileStream content = File.OpenRead(file);
        byte[] bytes = new byte[options.Limits.ListBytesMax + 1];
        int count = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (count == bytes.Length)
            throw new InvalidDataException($"it has more than {options.Limits.ListBytesMax} bytes");
        using StreamReader reader = new(new MemoryStream(bytes, 0, count));
        return reader.ReadToEnd();
    }

    private async Task<KnownName> ResolveAsync(string name, CancellationToken stop)
    {
        KnownName? known = names.GetValueOrDefault(name);
        if (known is not null && time.GetElapsedTime(known.At) < options.Limits.NamesEvery)
            return known;
        int colon = name.LastIndexOf(':');
        try
        {
            if (!AgentAddress.IsOne(name))
                throw new InvalidDataException("it is not a name with a port, such as agents.example:7461");
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(name[..colon], stop).ConfigureAwait(false);
            ImmutableArray<string> found =
            [
                .. addresses.Select(one => new IPEndPoint(one, int.Parse(name.AsSpan(colon + 1), null)).ToString())
                    .Distinct(),
            ];
            known = new KnownName(time.GetTimestamp(), found, null);
        }
        catch (Exception e) when (e is SocketException or InvalidDataException or ArgumentException)
        {
            string problem = $"{AgentAddress.Shown(name)} cannot be resolved: {e.Message}";
            if (problem != known?.Problem)
                ListFailed(problem);
            known = new KnownName(time.GetTimestamp(), known?.Addresses ?? [], problem);
        }
        return names[name] = known;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private partial void ListFailed(string problem);

    private sealed record KnownList(string? Text, ImmutableArray<TargetGroup> Groups, string? Problem);

    private sealed record KnownName(long At, ImmutableArray<string> Addresses, string? Problem);
}
