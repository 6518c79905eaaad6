using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SideEye.Elf;

namespace SideEye.GoRuntime;

/// <summary>
/// Finds runtime.firstmoduledata where nothing names it: first pclntab headers by their magic, then the two words
/// {header, header + its name table}, with which moduledata begins (pcHeader, funcnametab.ptr).
/// Externally linked PIE programs up to Go 1.25 have no section for either.
/// </summary>
internal sealed class ModuleDataScan(ElfFile elf, GoLimits limits)
{
    private const int ChunkBytes = 64 << 10;
    private const uint Executable = 1;
    private const uint Writable = 2;
    private static readonly string[] PclntabSections = [".gopclntab", ".data.rel.ro.gopclntab"];

    /// <summary>Link-time addresses where the structure may begin.</summary>
    public IEnumerable<ulong> Candidates()
    {
        foreach ((ulong header, ulong names) in Headers().Take(limits.PclntabCandidatesMax))
        {
            foreach (ElfSegment segment in elf.Segments)
            {
                if (segment.Type != ElfSegmentType.Load || (segment.Flags & Writable) == 0)
                    continue;
                foreach (ulong address in Pairs(segment, header, header + names))
                    yield return address;
            }
        }
    }

    private IEnumerable<(ulong Header, ulong NamesOffset)> Headers()
    {
        foreach (string name in PclntabSections)
        {
            if (elf.FindSection(name) is { HasFileBytes: true } section
                && elf.TryBytesAt(section.Address, PclnHeader.Size, out ReadOnlyMemory<byte> bytes)
                && PclnHeader.LooksRight(bytes.Span))
            {
                yield return (section.Address, NamesOffset(bytes.Span));
            }
        }
        foreach (ElfSegment segment in elf.Segments)
        {
            if (segment.Type != ElfSegmentType.Load || (segment.Flags & Executable) != 0)
                continue;
            int length = (int)Math.Min(segment.FileSize, (ulong)limits.ScanBytesMax);
            if (!elf.TryBytesAt(segment.Address, length, out ReadOnlyMemory<byte> bytes))
                continue;
            for (int at = NextMagic(bytes.Span, 0); at >= 0; at = NextMagic(bytes.Span, at + 2))
                yield return (segment.Address + (ulong)at, NamesOffset(bytes.Span[at..]));
        }
    }

    /// <summary>
    /// Offset of the next plausible pclntab header whose second byte is at or behind <paramref name="from"/>, or -1.
    /// </summary>
    private static int NextMagic(ReadOnlySpan<byte> bytes, int from)
    {
        // Bytes 1 to 5 of either magic, as internal/abi/symtab.go has them, little-endian, and the two zero bytes.
        ReadOnlySpan<byte> tail = [0xff, 0xff, 0xff, 0x00, 0x00];
        while (from < bytes.Length)
        {
            int found = bytes[from..].IndexOf(tail);
            if (found < 0)
                return -1;
            int at = from + found - 1;
            if (at >= 0 && PclnHeader.LooksRight(bytes[at..]))
                return at;
            from += found + 1;
        }
        return -1;
    }

    private IEnumerable<ulong> Pairs(ElfSegment segment, ulong first, ulong second)
    {
        byte[] chunk = new byte[ChunkBytes];
        ulong end = Math.Min(segment.FileSize, (ulong)limits.ScanBytesMax);
        // Pointers are aligned. Consecutive chunks share a word, so that a pair across the border is seen.
        for (ulong at = (0 - segment.Address) & 7; at < end; at += ChunkBytes - 8)
        {
            int length = (int)Math.Min(ChunkBytes, end - at);
            if (!elf.TryReadRelocated(segment.Address + at, chunk.AsSpan(0, length)))
                yield break;
            for (int i = NextPair(chunk.AsSpan(0, length), 0, first, second); i >= 0;
                i = NextPair(chunk.AsSpan(0, length), i + 1, first, second))
            {
                yield return segment.Address + at + ((ulong)i * 8);
            }
        }
    }

    private static int NextPair(ReadOnlySpan<byte> chunk, int from, ulong first, ulong second)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(chunk);
        while (from < words.Length - 1)
        {
            int found = words[from..].IndexOf(first);
            if (found < 0)
                return -1;
            from += found;
            if (from + 1 < words.Length && words[from + 1] == second)
                return from;
            from++;
        }
        return -1;
    }

    private static ulong NamesOffset(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
}
