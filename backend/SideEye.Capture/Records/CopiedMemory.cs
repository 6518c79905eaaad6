using System.Runtime.InteropServices;
using SideEye.Probes.Lowering;
using SideEye.Target;
using SideEye.Target.Native;

namespace SideEye.Capture.Records;

/// <summary>
/// Pieces of the target's memory as they were during the freeze. Addresses that nobody copied cannot be read.
/// </summary>
internal sealed class CopiedMemory : ITargetMemory
{
    private static readonly int FixedBytes = Marshal.SizeOf<NativeMemoryRecord>();
    private static readonly int ObjectFixedBytes = Marshal.SizeOf<NativeObjectRecord>();

    private readonly List<Piece> pieces = [];
    private ulong[] reaches = [];
    private bool isSorted = true;

    /// <summary>
    /// Adds the piece of a memory record; one that could not be read has no bytes, and one that is broken is none.
    /// </summary>
    public void Add(ReadOnlyMemory<byte> body)
    {
        if (body.Length < FixedBytes)
            return;
        NativeMemoryRecord record = MemoryMarshal.Read<NativeMemoryRecord>(body.Span);
        ReadOnlyMemory<byte> bytes = body[FixedBytes..];
        if (record.Bytes == 0 || record.Bytes > (ulong)bytes.Length)
            return;
        pieces.Add(new Piece(record.Address, bytes[..(int)record.Bytes], false));
        isSorted = false;
    }

    /// <summary>
    /// Adds the elements of an object record; of a routine with pieces only those, for what lies between was never
    /// read.
    /// </summary>
    public void AddObject(ReadOnlyMemory<byte> body, CaptureProgram program)
    {
        if (body.Length < ObjectFixedBytes)
            return;
        NativeObjectRecord record = MemoryMarshal.Read<NativeObjectRecord>(body.Span);
        ReadOnlyMemory<byte> bytes = body[ObjectFixedBytes..];
        if (record.State != (uint)NativeObjectState.Copied || record.Bytes == 0 || record.Bytes > (uint)bytes.Length)
            return;
        isSorted = false;
        bytes = bytes[..(int)record.Bytes];
        ReadOnlySpan<NativeCapturePiece> parts = program.Pieces(record.Routine);
        if (parts.IsEmpty)
        {
            pieces.Add(new Piece(record.Address, bytes, false));
            return;
        }
        int stride = program.ElementBytes(record.Routine);
        bool isJudged = false;
        foreach (NativeCapturePiece part in parts)
            isJudged |= part.Name != 0;
        for (int start = 0; start + stride <= bytes.Length && stride > 0; start += stride)
        {
            AddParts(record.Address + (ulong)start, bytes.Slice(start, stride), parts, isJudged);
        }
    }

    /// <summary>Parts that follow one another are one piece.</summary>
    private void AddParts(
        ulong start, ReadOnlyMemory<byte> element, ReadOnlySpan<NativeCapturePiece> parts, bool isJudged)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].IsCopied != 0)
                continue;
            ulong low = parts[i].Offset;
            ulong high = low + parts[i].Bytes;
            while (i + 1 < parts.Length && parts[i + 1].Offset == high && parts[i + 1].IsCopied == 0)
                high += parts[++i].Bytes;
            if (high <= (ulong)element.Length)
                pieces.Add(new Piece(start + low, element[(int)low..(int)high], isJudged));
        }
    }

    /// <inheritdoc/>
    public bool TryRead(TargetAddress address, Span<byte> destination)
    {
        // What is longer than one read of the probe lies in pieces that follow one another.
        while (!TryFind(address, destination.Length, out ReadOnlyMemory<byte> bytes))
        {
            if (destination.Length < 2 || !TryFind(address, 1, out bytes) || bytes.Length >= destination.Length)
                return false;
            bytes.Span.CopyTo(destination);
            address = new TargetAddress(address.Value + (ulong)bytes.Length);
            destination = destination[bytes.Length..];
        }
        TryFind(address, destination.Length, out ReadOnlyMemory<byte> last);
        last.Span[..destination.Length].CopyTo(destination);
        return true;
    }

    /// <summary>
    /// Finds one piece that holds <paramref name="length"/> bytes from <paramref name="address"/> on, without copying.
    /// </summary>
    public bool TryFind(TargetAddress address, int length, out ReadOnlyMemory<byte> bytes)
    {
        Sort();
        bytes = default;
        int low = 0;
        int high = pieces.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (pieces[middle].Start <= address.Value)
                low = middle + 1;
            else
                high = middle;
        }
        // A short piece may begin behind the start of a longer one that also holds the address: objects contain others.
        bool isFound = false;
        for (int i = low - 1; i >= 0 && reaches[i] >= address.Value; i--)
        {
            ulong offset = address.Value - pieces[i].Start;
            if (offset > (ulong)pieces[i].Bytes.Length || (ulong)pieces[i].Bytes.Length - offset < (ulong)length)
                continue;
            if (isFound && pieces[i].IsJudged)
                continue;
            bytes = pieces[i].Bytes[(int)offset..];
            isFound = true;
            if (!pieces[i].IsJudged)
                return true;
        }
        return isFound;
    }

    private static ulong LastOf(in Piece piece) => piece.Start + (ulong)Math.Max(piece.Bytes.Length - 1, 0);

    private void Sort()
    {
        if (isSorted)
            return;
        pieces.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        reaches = new ulong[pieces.Count];
        ulong reach = 0;
        for (int i = 0; i < reaches.Length; i++)
            reaches[i] = reach = Math.Max(reach, LastOf(pieces[i]));
        isSorted = true;
    }

    /// <summary>Bytes from an address on.</summary>
    /// <param name="Start">The address.</param>
    /// <param name="Bytes">They.</param>
    /// <param name="IsJudged">Names in it were judged: marks are on lengths, and zeros stand for secrets. A variable
    /// that is not set yet may take anything for a map, so others are believed first.</param>
    private readonly record struct Piece(ulong Start, ReadOnlyMemory<byte> Bytes, bool IsJudged);
}
