using SideEye.Elf;

namespace SideEye.Dwarf;

/// <summary>One .debug_ section; found and decompressed when first read. Empty when the file has none.</summary>
internal sealed class DebugSection
{
    private readonly ElfFile elf;
    private readonly ElfSection? section;
    private readonly Lock reading = new();
    private ReadOnlyMemory<byte> bytes;
    private volatile bool isRead;

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

    public ReadOnlySpan<byte> Span => isRead ? bytes.Span : Read().Span;

    private ReadOnlyMemory<byte> Read()
    {
        lock (reading)
        {
            if (!isRead && section is not null)
                bytes = elf.ReadSection(section);
            isRead = true;
            return bytes;
        }
    }
}
