using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>
/// What the probe runs for one binary and spec, in link-time addresses; see bpf/abi.table, "The capture program".
/// </summary>
public sealed class CaptureProgram
{
    private readonly Lazy<ProgramNames> names;

    /// <summary>A program.</summary>
    /// <param name="tables">Its tables.</param>
    /// <param name="names">What numbers stand for; only its text form asks for them, and programs have tens of
    /// thousands.</param>
    internal CaptureProgram(ProgramTables tables, Func<ProgramNames> names)
    {
        Tables = tables;
        this.names = new Lazy<ProgramNames>(names);
    }

    /// <summary>True when no frame of any goroutine can be captured.</summary>
    public bool IsEmpty => Ranges.IsEmpty;

    /// <summary>Link-time address of the module's text.</summary>
    public required ulong TextStart { get; init; }

    /// <summary>Bytes of text.</summary>
    public required ulong TextBytes { get; init; }

    /// <summary>Most bytes of objects in one snapshot of a process.</summary>
    public required ulong BytesMax { get; init; }

    /// <summary>Most bytes of objects for one frame of a function that sets no limit of its own.</summary>
    public required uint FrameBytesMax { get; init; }

    /// <summary>Sorted by pc, offsets from <see cref="TextStart"/>.</summary>
    public ImmutableArray<NativeCaptureRange> Ranges => Tables.Ranges;

    internal ProgramTables Tables { get; }

    internal ProgramNames Names => names.Value;

    /// <summary>Bytes from one element to the next of a routine's objects.</summary>
    public int ElementBytes(uint routine) =>
        routine < (uint)Tables.Routines.Length ? (int)Tables.Routines[(int)routine].ElementBytes : 0;

    /// <summary>Most bytes of objects for a frame with this routine; 0 for a routine that is no frame's.</summary>
    public uint FrameBytes(uint routine) =>
        routine < (uint)Tables.Routines.Length ? Tables.Routines[(int)routine].FrameBytes : 0;

    /// <summary>What of each element is copied; empty for all of it.</summary>
    public ReadOnlySpan<NativeCapturePiece> Pieces(uint routine)
    {
        if (routine >= (uint)Tables.Routines.Length)
            return [];
        NativeCaptureRoutine of = Tables.Routines[(int)routine];
        return Tables.Pieces.AsSpan((int)of.FirstPiece, (int)of.PieceCount);
    }

    /// <summary>What a routine leads to.</summary>
    internal ReadOnlySpan<NativeCaptureOp> Ops(uint routine)
    {
        NativeCaptureRoutine of = Tables.Routines[(int)routine];
        return Tables.Ops.AsSpan((int)of.FirstOp, (int)of.OpCount);
    }
}

/// <summary>What the numbers in a program stand for, for its text form.</summary>
/// <param name="Routines">What routines are for.</param>
/// <param name="Types">The types behind <see cref="ProgramTables.Types"/>.</param>
/// <param name="Assertions">Types by the numbers that assertions compare, from 1 on.</param>
/// <param name="Constants">The variables behind <see cref="ProgramTables.Constants"/>.</param>
internal sealed record ProgramNames(
    ImmutableArray<RoutineName> Routines, ImmutableArray<GoType> Types, ImmutableArray<GoType> Assertions,
    ImmutableArray<string> Constants);

/// <summary>What a routine is for.</summary>
/// <param name="Type">The type that it is about; null for frames, and for those that every program has.</param>
/// <param name="Rest">The path within it and what of the runtime's it is; all of the name where there is no type.
/// </param>
internal readonly record struct RoutineName(GoType? Type, string Rest)
{
    /// <inheritdoc/>
    public override string ToString() => Type?.Name + Rest;
}
