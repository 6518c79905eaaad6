using SideEye.Target.Native;

namespace SideEye.Bpf;

/// <summary>
/// A capture program as the native half takes it: bpf/abi.table, section "The capture program". It is of one process,
/// since its addresses are run-time addresses.
/// </summary>
public sealed class ProgramImage
{
    /// <summary>Checks that the tables have the sizes that the program says.</summary>
    /// <param name="program">Sizes and places.</param>
    /// <param name="tables">Operations, routines, pieces, ranges, types and constants, one after the other, as
    /// bytes of their structs. Not to be changed afterwards.</param>
    /// <exception cref="ArgumentException">The sizes do not agree, or the number of type slots is no power of two.
    /// </exception>
    public ProgramImage(in NativeCaptureProgram program, ReadOnlyMemory<byte> tables)
    {
        if (SizeOf(program) != tables.Length)
        {
            throw new ArgumentException(
                $"the tables have {tables.Length} bytes, the program says {SizeOf(program)}", nameof(tables));
        }
        if ((program.Types & (program.Types - 1)) != 0)
            throw new ArgumentException($"{program.Types} type slots are no power of two", nameof(program));
        Program = program;
        Tables = tables;
    }

    /// <summary>Sizes and places.</summary>
    public NativeCaptureProgram Program { get; }

    /// <summary>All tables, in the order of the constructor.</summary>
    public ReadOnlyMemory<byte> Tables { get; }

    private static unsafe long SizeOf(in NativeCaptureProgram program) =>
        ((long)program.Ops * sizeof(NativeCaptureOp))
        + ((long)program.Routines * sizeof(NativeCaptureRoutine))
        + ((long)program.Pieces * sizeof(NativeCapturePiece))
        + ((long)program.Ranges * sizeof(NativeCaptureRange))
        + ((long)program.Types * sizeof(NativeCaptureType))
        + (((long)program.Constants + program.Names) * sizeof(ulong));
}
