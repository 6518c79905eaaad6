using System.Buffers.Binary;

namespace SideEye.Target;

/// <summary>
/// Bytes of which each piece is checked when something of it is first read, and no other: of a large file little is
/// looked at. When a piece turns out to be damaged, all are made anew, and read from there ever after; what was handed
/// out before stays right. Safe for use by several threads.
/// </summary>
public sealed class CheckedBytes
{
    // Small, for what is read lies all over: entries of types, rows of an index. A checksum is 1/512 of it.
    private const int PieceBytes = 4096;
    private const int ChecksumBytes = sizeof(ulong);

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly ReadOnlyMemory<byte> checksums;
    private readonly Func<byte[]>? makeAnew;
    private readonly bool[] isChecked = [];
    private readonly Lock making = new();
    private volatile byte[]? anew;

    /// <summary>Bytes that need no check.</summary>
    public CheckedBytes(ReadOnlyMemory<byte> bytes) => this.bytes = bytes;

    /// <summary>Bytes that may be damaged.</summary>
    /// <param name="bytes">The bytes; must stay as they are.</param>
    /// <param name="checksums">What <see cref="ChecksumsOf"/> made of them when they were right; checked.</param>
    /// <param name="makeAnew">Makes the same bytes again; called at most once unless it throws.</param>
    public CheckedBytes(ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> checksums, Func<byte[]> makeAnew)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(checksums.Length, LengthOfChecksums(bytes.Length));
        this.bytes = bytes;
        this.checksums = checksums;
        this.makeAnew = makeAnew;
        isChecked = new bool[checksums.Length / ChecksumBytes];
    }

    /// <summary>How many they are.</summary>
    public int Length => bytes.Length;

    /// <summary>All of them, checked.</summary>
    public ReadOnlyMemory<byte> Whole
    {
        get
        {
            Check(0, Length, out _);
            return anew ?? bytes;
        }
    }

    /// <summary>How many bytes the checksums of some bytes have.</summary>
    public static int LengthOfChecksums(int length) =>
        (int)(((long)length + PieceBytes - 1) / PieceBytes) * ChecksumBytes;

    /// <summary>The checksums of the pieces of some bytes.</summary>
    public static byte[] ChecksumsOf(ReadOnlySpan<byte> bytes)
    {
        byte[] checksums = new byte[LengthOfChecksums(bytes.Length)];
        for (int at = 0; at < checksums.Length; at += ChecksumBytes)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(
                checksums.AsSpan(at), ContentChecksum.Of(Piece(bytes, at / ChecksumBytes)));
        }

        return checksums;
    }

    /// <summary>Some of them, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They have no such bytes.</exception>
    public ReadOnlySpan<byte> Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length - start);
        return Check(start, count, out _).Slice(start, count);
    }

    /// <summary>Checks some of them.</summary>
    /// <param name="start">The first.</param>
    /// <param name="count">How many; there have to be so many.</param>
    /// <param name="end">Up to where they are checked from <paramref name="start"/> on.</param>
    /// <returns>All bytes, of which those up to <paramref name="end"/> may be read.</returns>
    internal ReadOnlySpan<byte> Check(int start, int count, out int end)
    {
        end = Length;
        if (isChecked.Length == 0)
            return bytes.Span;
        if (anew is { } made)
            return made;
        ReadOnlySpan<byte> all = bytes.Span;
        long next = start / PieceBytes;
        for (; next * PieceBytes < start + (long)count; next++)
        {
            if (!isChecked[next] && !TryCheck(all, (int)next))
                return MakeAnew();
        }

        end = (int)Math.Min(end, Math.Max(start, next * PieceBytes));
        return all;
    }

    private static ReadOnlySpan<byte> Piece(ReadOnlySpan<byte> bytes, int piece)
    {
        ReadOnlySpan<byte> rest = bytes[(piece * PieceBytes)..];
        return rest[..Math.Min(PieceBytes, rest.Length)];
    }

    private bool TryCheck(ReadOnlySpan<byte> all, int piece)
    {
        ulong checksum = BinaryPrimitives.ReadUInt64LittleEndian(checksums.Span[(piece * ChecksumBytes)..]);
        return isChecked[piece] = ContentChecksum.Of(Piece(all, piece)) == checksum;
    }

    private byte[] MakeAnew()
    {
        lock (making)
            return anew ??= makeAnew!();
    }
}
