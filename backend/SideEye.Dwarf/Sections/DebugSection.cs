using SideEye.Elf;
using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>One .debug_ section; found and decompressed when first read. Empty when the file has none.</summary>
internal sealed class DebugSection
{
    private readonly ElfFile elf;
    private readonly ElfSection? section;
    private volatile CheckedBytes? bytes;

    public DebugSection(ElfFile elf, string name)
    {
        this.elf = elf;
        Name = "." + name;
        section = elf.FindSection(Name) ?? elf.FindSection(".z" + name);
        IsPresent = section is { HasFileBytes: true, Size: > 0 };
    }

    public string Name { get; }

    public bool IsPresent { get; }

    public ulong Identity => section is null ? 0 : elf.IdentityOf(section);

    /// <summary>What need not be decompressed the next time; null when the file has the section as it is.</summary>
    public KeptPart? ToKeep() =>
        section is not null && elf.IsCompressed(section)
            ? new KeptPart(section.Name, Identity, elf.ReadSection(section)) : null;

    public int Length => Bytes.Length;

    private CheckedBytes Bytes => bytes ??= section is null ? new CheckedBytes(default) : elf.OpenSection(section);

    /// <summary>A cursor at a position.</summary>
    /// <exception cref="MalformedFileException">It lies beyond the end.</exception>
    public ByteCursor CursorAt(long position) => new(Bytes, Name, position, Length);

    /// <summary>The same for what comes before <paramref name="end"/>.</summary>
    public ByteCursor CursorAt(long position, ulong end) => new(Bytes, Name, position, (int)end);

    /// <summary>Some of the bytes.</summary>
    public ReadOnlySpan<byte> Read(ulong start, int length) => Bytes.Slice((int)start, length);

    /// <summary>The same, fewer where the section ends.</summary>
    public ReadOnlySpan<byte> ReadAtMost(ulong start, int length) => Read(start, Math.Min(length, Length - (int)start));
}
