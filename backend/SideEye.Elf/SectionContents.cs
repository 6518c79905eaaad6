namespace SideEye.Elf;

/// <summary>The bytes of sections; decompresses those that need it, each once.</summary>
internal sealed class SectionContents(ReadOnlyMemory<byte> file, int sectionCount, ElfLimits limits)
{
    private readonly ReadOnlyMemory<byte>?[] decompressed = new ReadOnlyMemory<byte>?[sectionCount];
    private readonly Lock decompressing = new();
    private long decompressedBytes;

    public ReadOnlyMemory<byte> Read(ElfSection section)
    {
        if (!section.HasFileBytes)
            return default;
        ReadOnlyMemory<byte> stored = Stored(section);
        if (!section.IsCompressed && !SectionDecompression.IsLegacyCompressed(section, stored.Span))
            return stored;
        lock (decompressing)
        {
            if (decompressed[section.Index] is { } known)
                return known;
            CompressedSection compressed = SectionDecompression.ReadHeader(section, stored);
            SectionDecompression.CheckSize(section, compressed, limits, decompressedBytes);
            ReadOnlyMemory<byte> bytes = SectionDecompression.Decompress(section, compressed);
            decompressedBytes += bytes.Length;
            decompressed[section.Index] = bytes;
            return bytes;
        }
    }

    private ReadOnlyMemory<byte> Stored(ElfSection section)
    {
        if (section.Offset > (ulong)file.Length || section.Size > (ulong)file.Length - section.Offset)
        {
            throw new BadElfException(section.Name, 0,
                $"file range 0x{section.Offset:x}, size 0x{section.Size:x} passes the end of the file "
                + $"(0x{file.Length:x} bytes)");
        }

        return file.Slice((int)section.Offset, (int)section.Size);
    }
}
