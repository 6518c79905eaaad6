using System.Buffers.Binary;
using System.Text;
using SideEye.Target;

namespace SideEye.Elf;

/// <summary>Something that was made of a file, to be kept for the next time.</summary>
/// <param name="Name">What it is: for a decompressed section the section's name; ASCII, at most
/// <see cref="KeptParts.NameBytesMax"/> characters.</param>
/// <param name="Identity">Of the section that it was made of, see <see cref="ElfFile.IdentityOf"/>.</param>
/// <param name="Bytes">Its bytes.</param>
public sealed record KeptPart(string Name, ulong Identity, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// What was made of a file's sections at an earlier time, first of all their decompressed bytes: read where it lies, so
/// that a file of it can be mapped. A part is used only when it is whole and was made of a section with the same
/// contents. Safe for use by several threads.
/// </summary>
/// <remarks>
/// Layout, little-endian: magic, checksum of the table, 8 bytes each; number of parts, 8 bytes; then the table, a row
/// a part: name (32 bytes, filled with NUL), identity, position, length, checksum of the checksums, 8 bytes each. The
/// parts themselves begin at multiples of 64; behind each, at a multiple of 8, are the checksums of its pieces, see
/// <see cref="CheckedBytes"/>.
/// </remarks>
public sealed class KeptParts
{
    /// <summary>Longest name of a part.</summary>
    public const int NameBytesMax = 31;

    /// <summary>"SEpt" and the number of this layout: another is another file.</summary>
    private const ulong Magic = 0x0000_0002_7470_4553;
    private const int HeaderBytes = 24;
    private const int NameBytes = NameBytesMax + 1;
    private const int RowBytes = NameBytes + 32;
    private const int Alignment = 64;
    private const int ChecksumsAlignment = 8;
    private const int PartsMax = 64;

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly int count;
    private readonly Action? unusable;

    private KeptParts(ReadOnlyMemory<byte> bytes, int count, Action? unusable)
    {
        this.bytes = bytes;
        this.count = count;
        this.unusable = unusable;
    }

    /// <summary>Opens what was kept; null when its table is damaged or of another layout.</summary>
    /// <param name="bytes">The bytes; must stay as they are while the parts are in use.</param>
    /// <param name="unusable">Called when a part turns out to be damaged, or made of other contents.</param>
    public static KeptParts? TryOpen(ReadOnlyMemory<byte> bytes, Action? unusable = null)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        if (span.Length < HeaderBytes || Word(span) != Magic || Word(span[16..]) > PartsMax)
            return null;
        int count = (int)Word(span[16..]);
        int end = HeaderBytes + (count * RowBytes);
        return span.Length >= end && ContentChecksum.Of(span[16..end]) == Word(span[8..])
            ? new KeptParts(bytes, count, unusable) : null;
    }

    /// <summary>Finds a part.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="identity">Of the section that it has to be made of.</param>
    /// <param name="part">Its bytes, checked.</param>
    /// <returns>False when there is none that can be used.</returns>
    public bool TryGet(string name, ulong identity, out ReadOnlyMemory<byte> part)
    {
        part = default;
        if (!TryFind(name, identity, out ReadOnlyMemory<byte> found, out ReadOnlyMemory<byte> checksums))
            return false;
        bool isWhole = CheckedBytes.ChecksumsOf(found.Span).AsSpan().SequenceEqual(checksums.Span);
        if (isWhole)
            part = found;
        else
            unusable?.Invoke();
        return isWhole;
    }

    /// <summary>Finds a part that is checked only where it is read.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="identity">Of the section that it has to be made of.</param>
    /// <param name="makeAnew">Makes the same bytes again, for when they turn out to be damaged.</param>
    /// <returns>Null when there is none that can be used.</returns>
    public CheckedBytes? TryOpenPart(string name, ulong identity, Func<byte[]> makeAnew)
    {
        if (!TryFind(name, identity, out ReadOnlyMemory<byte> found, out ReadOnlyMemory<byte> checksums))
            return null;
        return new CheckedBytes(found, checksums, () =>
        {
            unusable?.Invoke();
            return makeAnew();
        });
    }

    /// <summary>Parts as the bytes to keep, piece after piece.</summary>
    /// <exception cref="ArgumentException">Too many of them, or a name that is too long.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Write(IReadOnlyList<KeptPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count > PartsMax || parts.Any(static part => part.Name.Length > NameBytesMax))
            throw new ArgumentException("too many parts, or a name that is too long", nameof(parts));
        byte[] header = new byte[HeaderBytes + (parts.Count * RowBytes)];
        List<ReadOnlyMemory<byte>> pieces = [header];
        ulong position = (ulong)header.Length;
        for (int i = 0; i < parts.Count; i++)
        {
            ReadOnlyMemory<byte> part = parts[i].Bytes;
            byte[] checksums = CheckedBytes.ChecksumsOf(part.Span);
            ulong start = AlignedUp(position, Alignment);
            ulong checksumsStart = AlignedUp(start + (ulong)part.Length, ChecksumsAlignment);
            pieces.Add(new byte[start - position]);
            pieces.Add(part);
            pieces.Add(new byte[checksumsStart - start - (ulong)part.Length]);
            pieces.Add(checksums);
            position = checksumsStart + (ulong)checksums.Length;
            Span<byte> row = header.AsSpan(HeaderBytes + (i * RowBytes), RowBytes);
            Encoding.ASCII.GetBytes(parts[i].Name, row);
            Put(row[NameBytes..], parts[i].Identity);
            Put(row[(NameBytes + 8)..], start);
            Put(row[(NameBytes + 16)..], (ulong)part.Length);
            Put(row[(NameBytes + 24)..], ContentChecksum.Of(checksums));
        }

        Put(header, Magic);
        Put(header.AsSpan(16), (ulong)parts.Count);
        Put(header.AsSpan(8), ContentChecksum.Of(header.AsSpan(16)));
        return pieces;
    }

    private bool TryFind(
        string name, ulong identity, out ReadOnlyMemory<byte> part, out ReadOnlyMemory<byte> checksums)
    {
        part = checksums = default;
        ReadOnlySpan<byte> span = bytes.Span;
        Span<byte> wanted = stackalloc byte[NameBytes];
        wanted.Clear();
        if (name.Length > NameBytesMax || !Encoding.UTF8.TryGetBytes(name, wanted, out _))
            return false;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> row = span.Slice(HeaderBytes + (i * RowBytes), RowBytes);
            if (!row[..NameBytes].SequenceEqual(wanted))
                continue;
            bool isUsable = Word(row[NameBytes..]) == identity && TryLocate(row, out part, out checksums);
            if (!isUsable)
                unusable?.Invoke();
            return isUsable;
        }

        return false;
    }

    private bool TryLocate(ReadOnlySpan<byte> row, out ReadOnlyMemory<byte> part, out ReadOnlyMemory<byte> checksums)
    {
        part = checksums = default;
        ulong start = Word(row[(NameBytes + 8)..]);
        ulong length = Word(row[(NameBytes + 16)..]);
        if (start > (ulong)bytes.Length || length > (ulong)bytes.Length - start)
            return false;
        ulong checksumsStart = AlignedUp(start + length, ChecksumsAlignment);
        int checksumsLength = CheckedBytes.LengthOfChecksums((int)length);
        if (checksumsStart + (ulong)checksumsLength > (ulong)bytes.Length)
            return false;
        part = bytes.Slice((int)start, (int)length);
        checksums = bytes.Slice((int)checksumsStart, checksumsLength);
        return ContentChecksum.Of(checksums.Span) == Word(row[(NameBytes + 24)..]);
    }

    private static ulong AlignedUp(ulong position, ulong alignment) => (position + alignment - 1) & ~(alignment - 1);

    private static ulong Word(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt64LittleEndian(at);

    private static void Put(Span<byte> at, ulong word) => BinaryPrimitives.WriteUInt64LittleEndian(at, word);
}
