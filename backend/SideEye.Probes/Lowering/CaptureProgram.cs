using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>
/// What the probe runs for one binary and spec, in link-time addresses; see bpf/abi.table, "The capture program".
/// </summary>
public sealed class CaptureProgram
{
    internal CaptureProgram(
        ImmutableArray<Routine> routines, ImmutableArray<NativeCaptureRange> ranges,
        ImmutableArray<NativeCaptureType> types, ImmutableArray<ulong> constants, ProgramNames names)
    {
        Routines = routines;
        Ranges = ranges;
        Types = types;
        Constants = constants;
        Names = names;
    }

    /// <summary>True when no frame of any goroutine can be captured.</summary>
    public bool IsEmpty => Ranges.IsEmpty;

    /// <summary>Link-time address of the module's text.</summary>
    public required ulong TextStart { get; init; }

    /// <summary>Bytes of text.</summary>
    public required ulong TextBytes { get; init; }

    /// <summary>Most bytes of objects in one snapshot of a process.</summary>
    public required ulong BytesMax { get; init; }

    /// <summary>Most bytes of objects for one frame.</summary>
    public required uint FrameBytesMax { get; init; }

    /// <summary>Sorted by pc, offsets from <see cref="TextStart"/>.</summary>
    public ImmutableArray<NativeCaptureRange> Ranges { get; }

    internal ImmutableArray<Routine> Routines { get; }

    /// <summary>Dynamic types in no particular order; addresses are link-time.</summary>
    internal ImmutableArray<NativeCaptureType> Types { get; }

    internal ImmutableArray<ulong> Constants { get; }

    internal ProgramNames Names { get; }

    /// <summary>What tells names of secrets; null when nothing is captured that has a name in its data.</summary>
    internal NameAutomaton? SecretNames { get; init; }

    /// <summary>Bytes from one element to the next of a routine's objects.</summary>
    public int ElementBytes(uint routine) =>
        routine < (uint)Routines.Length ? (int)Routines[(int)routine].ElementBytes : 0;

    /// <summary>What of each element is copied; empty for all of it.</summary>
    public IReadOnlyList<NativeCapturePiece> Pieces(uint routine) =>
        routine < (uint)Routines.Length ? Routines[(int)routine].Pieces : [];
}

/// <summary>What the numbers in a program stand for, for its text form.</summary>
/// <param name="Types">The types behind <see cref="CaptureProgram.Types"/>.</param>
/// <param name="Assertions">Types by the numbers that assertions compare, from 1 on.</param>
/// <param name="Constants">The variables behind <see cref="CaptureProgram.Constants"/>.</param>
internal sealed record ProgramNames(
    ImmutableArray<GoType> Types, ImmutableArray<GoType> Assertions, ImmutableArray<string> Constants);
