using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>
/// The tables of a capture program, in link-time addresses: all that depends on spec and binary, nothing on a process.
/// Routines have slices of operations and pieces.
/// </summary>
internal sealed record ProgramTables
{
    /// <summary>The routines.</summary>
    public required ImmutableArray<NativeCaptureRoutine> Routines { get; init; }

    /// <summary>The operations of all routines.</summary>
    public required ImmutableArray<NativeCaptureOp> Ops { get; init; }

    /// <summary>The pieces of all routines.</summary>
    public required ImmutableArray<NativeCapturePiece> Pieces { get; init; }

    /// <summary>Sorted by pc, offsets from the start of the text.</summary>
    public required ImmutableArray<NativeCaptureRange> Ranges { get; init; }

    /// <summary>Dynamic types in no particular order.</summary>
    public required ImmutableArray<NativeCaptureType> Types { get; init; }

    /// <summary>Addresses that operations compare or start from.</summary>
    public required ImmutableArray<ulong> Constants { get; init; }

    /// <summary>The automaton that tells names of secrets, as <see cref="NameAutomaton.Encode"/> has it; empty when
    /// nothing is captured that has a name in its data.</summary>
    public required ImmutableArray<ulong> SecretNames { get; init; }

    /// <summary>The state from which on a name that ends is a secret's.</summary>
    public required uint FirstSecret { get; init; }

    /// <summary>The tables of what a compiler has written.</summary>
    public static ProgramTables Of(
        IReadOnlyList<Routine> routines, ImmutableArray<NativeCaptureRange> ranges,
        ImmutableArray<NativeCaptureType> types, ImmutableArray<ulong> constants, NameAutomaton? secretNames)
    {
        List<NativeCaptureOp> ops = [];
        List<NativeCapturePiece> pieces = [];
        NativeCaptureRoutine[] flat = new NativeCaptureRoutine[routines.Count];
        for (int i = 0; i < flat.Length; i++)
        {
            flat[i] = new NativeCaptureRoutine
            {
                FirstOp = (uint)ops.Count, OpCount = (uint)routines[i].Ops.Count,
                ElementBytes = routines[i].ElementBytes,
                FirstPiece = (uint)pieces.Count, PieceCount = (uint)routines[i].Pieces.Count,
                FrameBytes = routines[i].FrameBytes,
            };
            ops.AddRange(routines[i].Ops);
            pieces.AddRange(routines[i].Pieces);
        }
        return new ProgramTables
        {
            Routines = ImmutableCollectionsMarshal.AsImmutableArray(flat), Ops = [.. ops], Pieces = [.. pieces],
            Ranges = ranges, Types = types, Constants = constants,
            SecretNames = secretNames is null ? [] : [.. secretNames.Encode()],
            FirstSecret = secretNames?.FirstSecret ?? 0,
        };
    }
}
