using SideEye.Elf;

namespace SideEye.Dwarf;

/// <summary>One .debug_ section; found and decompressed when first read. Empty when the file has none.</summary>
internal sealed class DebugSection
{
    private readonly Lazy<ReadOnlyMemory<byte>> bytes;

    public DebugSection(ElfFile elf, string name)
    {
        Name = "." + name;
        ElfSection? section = elf.FindSection(Name) ?? elf.FindSection(".z" + name);
        IsPresent = section is { HasFileBytes: true, Size: > 0 };
        bytes = new Lazy<ReadOnlyMemory<byte>>(() => section is null ? default : elf.ReadSection(section));
    }

    public string Name { get; }

    public bool IsPresent { get; }

    public ReadOnlySpan<byte> Span => bytes.Value.Span;
}
