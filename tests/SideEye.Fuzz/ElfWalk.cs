using SideEye.Elf;
using SideEye.Target;

namespace SideEye.Fuzz;

/// <summary>Reads everything in an ELF file.</summary>
internal static class ElfWalk
{
    public static readonly ElfLimits Limits = new() { DecompressedFileBytesMax = 32 << 20 };

    private const int ImageBytesMax = 16_384;

    public static void Run(byte[] input)
    {
        ElfFile elf = ElfFile.Open(input, Limits);
        Part(() =>
        {
            foreach (ElfSymbol symbol in elf.Symbols)
                _ = symbol.Utf8Name.Length + symbol.SectionIndex;
        });
        Part(() => elf.FindSymbol("main.main"));
        Part(() => DebugFileCandidates.For(elf, "/usr/bin"));
        Part(() => _ = elf.GoBuildId);
        Part(() => _ = elf.FirstLoadAddress);
        byte[] image = new byte[ImageBytesMax];
        foreach (ElfSegment segment in elf.Segments.Take(64))
        {
            Part(() => elf.TryBytesAt(segment.Address, (int)Math.Min(segment.FileSize, int.MaxValue), out _));
            int size = (int)Math.Min(segment.MemorySize, ImageBytesMax);
            Part(() => elf.TryReadRelocated(segment.Address, image.AsSpan(0, size)));
        }

        foreach (ElfSection section in elf.Sections)
            Part(() => elf.ReadSection(section));
    }

    /// <summary>Reads one part; a malformed one does not keep the others from being tried.</summary>
    public static void Part(Action read)
    {
        try
        {
            read();
        }
        catch (MalformedFileException)
        {
        }
    }
}
