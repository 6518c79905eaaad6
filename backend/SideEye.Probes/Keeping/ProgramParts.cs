using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SideEye.Elf;
using SideEye.Probes.Lowering;
using SideEye.Target.Native;

namespace SideEye.Probes.Keeping;

/// <summary>The tables of a capture program as parts of a file.</summary>
internal static class ProgramParts
{
    private const string Routines = "routines";
    private const string Ops = "operations";
    private const string Pieces = "pieces";
    private const string Ranges = "ranges";
    private const string Types = "dynamic types";
    private const string Constants = "constants";
    private const string SecretNames = "secret names";

    /// <summary>The tables, to be kept.</summary>
    public static IEnumerable<KeptPart> Of(ProgramTables tables, ulong identity) =>
    [
        Part(Routines, tables.Routines, identity), Part(Ops, tables.Ops, identity),
        Part(Pieces, tables.Pieces, identity), Part(Ranges, tables.Ranges, identity),
        Part(Types, tables.Types, identity), Part(Constants, tables.Constants, identity),
        Part(SecretNames, tables.SecretNames, identity),
    ];

    /// <summary>The tables that were kept.</summary>
    /// <exception cref="DamagedCaptureException">They are damaged, or refer to what there is not.</exception>
    public static ProgramTables Read(KeptParts parts, ulong identity, uint firstSecret)
    {
        ProgramTables tables = new()
        {
            Routines = Table<NativeCaptureRoutine>(parts, Routines, identity),
            Ops = Table<NativeCaptureOp>(parts, Ops, identity),
            Pieces = Table<NativeCapturePiece>(parts, Pieces, identity),
            Ranges = Table<NativeCaptureRange>(parts, Ranges, identity),
            Types = Table<NativeCaptureType>(parts, Types, identity),
            Constants = Table<ulong>(parts, Constants, identity),
            SecretNames = Table<ulong>(parts, SecretNames, identity),
            FirstSecret = firstSecret,
        };
        foreach (NativeCaptureRoutine routine in tables.Routines)
            Check(tables, routine);
        uint end = 0;
        foreach (NativeCaptureRange range in tables.Ranges)
        {
            Check(range.Low >= end && range.High > range.Low && range.Routine < (uint)tables.Routines.Length);
            end = range.High;
        }
        foreach (NativeCaptureType type in tables.Types)
            Check(IsRoutine(tables, type.Routine) && type.Address != 0);
        return tables;
    }

    // Of pieces nothing is asked: who refuses to copy anything of an element has one that lies behind it.
    private static void Check(ProgramTables tables, in NativeCaptureRoutine routine)
    {
        Check((ulong)routine.FirstOp + routine.OpCount <= (ulong)tables.Ops.Length
            && (ulong)routine.FirstPiece + routine.PieceCount <= (ulong)tables.Pieces.Length
            && routine.ElementBytes <= int.MaxValue);
        foreach (NativeCaptureOp op in tables.Ops.AsSpan((int)routine.FirstOp, (int)routine.OpCount))
        {
            Check(IsRoutine(tables, op.Routine));
            bool isOfConstant = (NativeCaptureCode)op.Code is NativeCaptureCode.Global or NativeCaptureCode.OnlyIf;
            Check(!isOfConstant || op.Argument < (uint)tables.Constants.Length);
        }
    }

    private static bool IsRoutine(ProgramTables tables, uint number) =>
        number < (uint)tables.Routines.Length || number == RoutineWriter.None;

    private static void Check(bool isRight)
    {
        if (!isRight)
            throw new DamagedCaptureException("a table refers to what there is not");
    }

    private static KeptPart Part<T>(string name, ImmutableArray<T> table, ulong identity)
        where T : unmanaged => new(name, identity, MemoryMarshal.AsBytes(table.AsSpan()).ToArray());

    private static ImmutableArray<T> Table<T>(KeptParts parts, string name, ulong identity)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = KeptCapture.Part(parts, name, identity).Span;
        Check(bytes.Length % System.Runtime.CompilerServices.Unsafe.SizeOf<T>() == 0);
        return ImmutableArray.Create(MemoryMarshal.Cast<byte, T>(bytes));
    }
}
