using System.Buffers.Binary;
using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.Target;

namespace SideEye.Capture.Values;

/// <summary>
/// Memory in which a variable that the compiler scattered over several places is one run of bytes: it lies at
/// addresses that no program has, and reads of its missing parts fail.
/// </summary>
internal sealed class ValueMemory(ITargetMemory memory) : ITargetMemory
{
    // Not canonical on amd64 (bits 47 to 63 differ), neither with five-level paging, and no user address of arm64.
    private const ulong VariableStart = 0x5EDE_0000_0000_0000;

    private ImmutableArray<VariablePiece> pieces = [];
    private FrameOrigin frame;
    private ulong size;

    /// <summary>Why some of what was wanted for the frame was not copied; null when all was that there is.</summary>
    public string? Cut { get; set; }

    /// <summary>Why something is not in the copied memory: what was cut may be it.</summary>
    public string NotThere => Cut ?? CaptureReason.NotReadable;

    /// <summary>Where a variable of a frame can be read; its pieces replace those of the last one.</summary>
    public TargetAddress Place(ImmutableArray<VariablePiece> parts, FrameOrigin at)
    {
        pieces = parts;
        frame = at;
        size = 0;
        bool isRun = parts.Length > 0;
        for (int i = 0; i < parts.Length; i++)
        {
            isRun &= IsInMemory(parts[i].Kind)
                && (i == 0 || AddressOf(parts[i]) == AddressOf(parts[0]) + size);
            size += (ulong)Math.Max(parts[i].Bytes, 0);
        }
        return isRun ? AddressOf(parts[0]) : new TargetAddress(VariableStart);
    }

    /// <inheritdoc/>
    public bool TryRead(TargetAddress address, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return true;
        ulong offset = address.Value - VariableStart;
        return offset < size ? ReadPieces(offset, destination) : memory.TryRead(address, destination);
    }

    /// <summary>Reads a little-endian integer of 1, 2, 4 or 8 bytes.</summary>
    public bool TryReadUnsigned(TargetAddress address, long bytes, out ulong value)
    {
        Span<byte> word = stackalloc byte[8];
        word.Clear();
        bool read = bytes is 1 or 2 or 4 or 8 && TryRead(address, word[..(int)bytes]);
        value = read ? BinaryPrimitives.ReadUInt64LittleEndian(word) : 0;
        return read;
    }

    /// <summary>Why a read failed.</summary>
    public string WhyNot(TargetAddress address, long bytes)
    {
        ulong start = address.Value - VariableStart;
        if (start >= size)
            return NotThere;
        ulong end = start + (ulong)Math.Max(bytes, 1);
        ulong at = 0;
        foreach (VariablePiece piece in pieces)
        {
            ulong next = at + (ulong)Math.Max(piece.Bytes, 0);
            if (next > start && at < end && !IsInMemory(piece.Kind))
                return piece.Kind == PlaceKind.Register ? CaptureReason.InRegister : CaptureReason.OptimisedOut;
            at = next;
        }
        return NotThere;
    }

    /// <summary>True when some byte of a value is there.</summary>
    public bool IsAnyReadable(TargetAddress address, long bytes)
    {
        if (bytes <= 0)
            return true;
        Span<byte> first = stackalloc byte[1];
        ulong start = address.Value - VariableStart;
        if (start >= size)
            return IsAnyCopied(address, bytes);
        ulong end = start + (ulong)bytes;
        ulong at = 0;
        foreach (VariablePiece piece in pieces)
        {
            ulong next = at + (ulong)Math.Max(piece.Bytes, 0);
            if (next > start && at < end && ReadPieces(Math.Max(at, start), first))
                return true;
            at = next;
        }
        return false;
    }

    // A value may begin with a secret, whose bytes are not there.
    private bool IsAnyCopied(TargetAddress address, long bytes)
    {
        const int looksMax = 512;
        Span<byte> one = stackalloc byte[1];
        for (int look = 0; look < looksMax && look * (long)sizeof(ulong) < bytes; look++)
        {
            if (memory.TryRead(address + (ulong)(look * sizeof(ulong)), one))
                return true;
        }
        return false;
    }

    private static bool IsInMemory(PlaceKind kind) => kind is PlaceKind.Frame or PlaceKind.Global;

    private TargetAddress AddressOf(VariablePiece piece) => piece.Kind == PlaceKind.Frame
        ? frame.Cfa + unchecked((ulong)piece.Value)
        : new TargetAddress(unchecked((ulong)piece.Value + frame.LoadBias));

    private bool ReadPieces(ulong offset, Span<byte> destination)
    {
        ulong at = 0;
        foreach (VariablePiece piece in pieces)
        {
            ulong bytes = (ulong)Math.Max(piece.Bytes, 0);
            if (offset < at + bytes)
            {
                int part = (int)Math.Min((ulong)destination.Length, at + bytes - offset);
                if (!IsInMemory(piece.Kind) || !memory.TryRead(AddressOf(piece) + (offset - at), destination[..part]))
                    return false;
                destination = destination[part..];
                offset += (ulong)part;
                if (destination.IsEmpty)
                    return true;
            }
            at += bytes;
        }
        return false;
    }
}
