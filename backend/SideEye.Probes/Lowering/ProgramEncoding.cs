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
        ProgramTables tables = program.Tables;
        NativeCaptureType[] types = Table(tables, loadBias);
        ulong[] constants = [.. tables.Constants.Select(address => address + loadBias)];
        header = new NativeCaptureProgram
        {
            TextStart = program.TextStart + loadBias, TextBytes = program.TextBytes, BytesMax = program.BytesMax,
            Ops = (uint)tables.Ops.Length, Routines = (uint)tables.Routines.Length, Pieces = (uint)tables.Pieces.Length,
            Ranges = (uint)tables.Ranges.Length, Types = (uint)types.Length, Constants = (uint)constants.Length,
            Names = (uint)tables.SecretNames.Length, NamesSecret = tables.FirstSecret,
        };
        return
        [
            .. Bytes(tables.Ops.AsSpan()), .. Bytes(tables.Routines.AsSpan()), .. Bytes(tables.Pieces.AsSpan()),
            .. Bytes(tables.Ranges.AsSpan()), .. Bytes<NativeCaptureType>(types), .. Bytes<ulong>(constants),
            .. Bytes(tables.SecretNames.AsSpan()),
        ];
    }

    /// <summary>Open addressing with a bounded number of probes; grows until every type is within reach.</summary>
    private static NativeCaptureType[] Table(ProgramTables tables, ulong loadBias)
    {
        if (tables.Types.IsEmpty)
            return [];
        uint slots = BitOperations.RoundUpToPowerOf2((uint)tables.Types.Length * 2);
        for (; ; slots *= 2)
        {
            NativeCaptureType[] table = new NativeCaptureType[slots];
            if (tables.Types.All(type => TryPut(table, type with { Address = type.Address + loadBias })))
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

    private static ReadOnlySpan<byte> Bytes<T>(ReadOnlySpan<T> items)
        where T : unmanaged => MemoryMarshal.AsBytes(items);
}
