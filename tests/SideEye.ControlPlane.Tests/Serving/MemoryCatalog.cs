using System.Collections.Concurrent;
using System.Collections.Immutable;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.Agent;
using SideEye.Spec.Model;
using SpecProblem = SideEye.Spec.Reading.SpecProblem;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>The parts of a catalog that a test of something else needs, without files.</summary>
internal sealed class MemoryCatalog : ISpecLibrary, IAuditLog, IProcessNames, ISchedules, IFleet
{
    private readonly ConcurrentQueue<AuditEntry> audit = [];

    public event Action? Changed
    {
        add { }
        remove { }
    }

    public SpecInForce Current { get; set; } = new([], WithPacks: false, CaptureSpec.Empty);

    public IReadOnlyList<SpecVersion> Documents => [];

    public IReadOnlyList<AuditEntry> Entries => [.. audit];

    public IReadOnlyList<AgentState> Agents { get; set; } = [];

    public IReadOnlyList<FleetProcess> Processes { get; set; } = [];

    public IReadOnlyList<string> Problems { get; set; } = [];

    IReadOnlyList<Schedule> ISchedules.All => [];

    public IReadOnlyList<SpecVersion> Versions(string name) => [];

    public ImmutableArray<SpecProblem> Check(string name, string yaml) => [];

    public SpecVersion Put(string name, string yaml, string author, string comment, int? replaces) =>
        throw new NotSupportedException();

    public bool Remove(string name, string author) => false;

    public void Write(AuditEntry entry) => audit.Enqueue(entry);

    public IReadOnlyList<AuditEntry> Read(long? before, int max) => Entries;

    public string NameOf(FleetProcess process) => $"{process.Process.Name}@{process.Host}";

    public void Rename(string agent, string key, string name) => throw new NotSupportedException();

    public Schedule Put(Schedule schedule) => throw new NotSupportedException();

    public bool Remove(string name) => false;

    public void NoteRun(string name, DateTimeOffset at, string result) => throw new NotSupportedException();

    public Task<DescribeResponse> DescribeAsync(string address, DescribeRequest question, CancellationToken stop) =>
        throw new NotSupportedException();
}
