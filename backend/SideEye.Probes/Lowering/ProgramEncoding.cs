using System.Numerics;
using System.Runtime.InteropServices;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>The tables of a capture program as the machine wants them: one after another in one block.</summary>
public static class ProgramEncoding
{
    private const ulong HashFactor = 0x9E3779B97F4A7C15;

    /// <summary>Encodes a program for one process.</summary>
    /// <param name="program">The program.</param>
    /// <param name="loadBias">Run-time minus link-time addresses of the process.</param>
    /// <param name="header">Receives the sizes and places.</param>
    /// <returns>The tables, in the order of <see cref="NativeCaptureProgram"/>.</returns>
    public static byte[] Encode(this CaptureProgram program, ulong loadBias, out NativeCaptureProgram header)
    {
        List<NativeCaptureOp> ops = [];
        List<NativeCapturePiece> pieces = [];
        NativeCaptureRoutine[] routines = new NativeCaptureRoutine[program.Routines.Length];
        for (int i = 0; i < routines.Length; i++)
        {
            Routine routine = program.Routines[i];
            routines[i] = new NativeCaptureRoutine
            {
                FirstOp = (uint)ops.Count, OpCount = (uint)routine.Ops.Count, ElementBytes = routine.ElementBytes,
                FirstPiece = (uint)pieces.Count, PieceCount = (uint)routine.Pieces.Count,
            };
            ops.AddRange(routine.Ops);
            pieces.AddRange(routine.Pieces);
        }
        NativeCaptureType[] types = Table(program, loadBias);
        ulong[] constants = [.. program.Constants.Select(address => address + loadBias)];
        ulong[] names = program.SecretNames?.Encode() ?? [];
        header = new NativeCaptureProgram
        {
            TextStart = program.TextStart + loadBias, TextBytes = program.TextBytes, BytesMax = program.BytesMax,
            FrameBytesMax = program.FrameBytesMax, Ops = (uint)ops.Count, Routines = (uint)routines.Length,
            Pieces = (uint)pieces.Count, Ranges = (uint)program.Ranges.Length, Types = (uint)types.Length,
            Constants = (uint)constants.Length, Names = (uint)names.Length,
            NamesSecret = program.SecretNames?.FirstSecret ?? 0,
        };
        return
        [
            .. Bytes<NativeCaptureOp>(CollectionsMarshal.AsSpan(ops)), .. Bytes<NativeCaptureRoutine>(routines),
            .. Bytes<NativeCapturePiece>(CollectionsMarshal.AsSpan(pieces)),
            .. Bytes<NativeCaptureRange>(program.Ranges.AsSpan()), .. Bytes<NativeCaptureType>(types),
            .. Bytes<ulong>(constants), .. Bytes<ulong>(names),
        ];
    }

    /// <summary>Open addressing with a bounded number of probes; grows until every type is within reach.</summary>
    private static NativeCaptureType[] Table(CaptureProgram program, ulong loadBias)
    {
        if (program.Types.IsEmpty)
            return [];
        uint slots = BitOperations.RoundUpToPowerOf2((uint)program.Types.Length * 2);
        for (; ; slots *= 2)
        {
            NativeCaptureType[] table = new NativeCaptureType[slots];
            if (program.Types.All(type => TryPut(table, type with { Address = type.Address + loadBias })))
                return table;
        }
    }

    private static bool TryPut(NativeCaptureType[] table, NativeCaptureType type)
    {
        uint slot = (uint)(unchecked(type.Address * HashFactor) >> 32);
        for (uint probe = 0; probe < NativeLimits.CaptureTypeProbes; probe++)
        {
            ref NativeCaptureType entry = ref table[(slot + probe) & (table.Length - 1)];
            if (entry.Address == type.Address)
                return true;
            if (entry.Address != 0)
                continue;
            entry = type;
            return true;
        }
        return false;
    }

    private static byte[] Bytes<T>(ReadOnlySpan<T> items)
        where T : unmanaged => MemoryMarshal.AsBytes(items).ToArray();
}
