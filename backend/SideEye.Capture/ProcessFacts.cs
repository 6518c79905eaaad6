using SideEye.Capture.Waits;
using SideEye.GoRuntime;
using SideEye.Probes;
using SideEye.Target.Native;

namespace SideEye.Capture;

/// <summary>What is known of a process besides its goroutines: a row of <c>processes</c>.</summary>
public sealed record ProcessFacts
{
    /// <summary>Identity in this snapshot, from 1 on.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Process id on its host.</summary>
    public required int Pid { get; init; }

    /// <summary>Name of the host.</summary>
    public string? Host { get; init; }

    /// <summary>Program it was matched to.</summary>
    public string? Program { get; init; }

    /// <summary>Environment it was matched to.</summary>
    public string? Environment { get; init; }

    /// <summary>Short name for people.</summary>
    public string? FriendlyName { get; init; }

    /// <summary>Container that it runs in; null outside of one.</summary>
    public string? ContainerId { get; init; }

    /// <summary>Kubernetes pod that it belongs to.</summary>
    public string? Pod { get; init; }

    /// <summary>Path of the executable as the process sees it.</summary>
    public string? Executable { get; init; }

    /// <summary>What the executable says of itself; null when it could not be read.</summary>
    public GoBinary? Binary { get; init; }

    /// <summary>Why the process could not be captured; null when it was.</summary>
    public string? Error { get; init; }
}

/// <summary>The records of one frozen process.</summary>
public sealed record ProcessRecords
{
    /// <summary>The process.</summary>
    public required ProcessFacts Facts { get; init; }

    /// <summary>What its executable says of itself.</summary>
    public required GoBinary Binary { get; init; }

    /// <summary>Run-time minus link-time addresses; 0 unless position-independent.</summary>
    public required ulong LoadBias { get; init; }

    /// <summary>Counts and times of the freeze.</summary>
    public required NativeSnapshotResult Result { get; init; }

    /// <summary>Regions of records, as the native library delivered them.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Regions { get; init; }

    /// <summary>How labels are laid out in this Go version.</summary>
    public required NativeLabelFormat LabelFormat { get; init; }

    /// <summary>The capture program that ran, and how to read what it copied; null when no variables were asked for
    /// or the executable has no debug information.</summary>
    public CompiledCapture? Capture { get; init; }

    /// <summary>When a garbage collection ended, nanoseconds of CLOCK_MONOTONIC; null when unknown.</summary>
    public long? CollectionEnd { get; init; }

    /// <summary>The live value of net/netip.z4, which marks IPv4 addresses; null when unknown or not needed.</summary>
    public ulong? NetipV4Mark { get; init; }

    /// <summary>What the variables of <see cref="SideEye.Probes.Binding.BoundContextKey.Variable"/> hold, by their
    /// link-time addresses, as far as they could be read.</summary>
    public IReadOnlyDictionary<ulong, ulong> ContextKeyPointers { get; init; } = new Dictionary<ulong, ulong>();

    /// <summary>What was seen of its goroutines' waits before; null when nobody looked.</summary>
    public WaitClock? WaitClock { get; init; }

    /// <summary>What was seen of its goroutines' ids before; null when nobody looked.</summary>
    public Births.Births? Births { get; init; }
}
