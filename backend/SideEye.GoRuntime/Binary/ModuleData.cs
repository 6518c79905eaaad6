using System.Buffers.Binary;
using SideEye.Elf;

namespace SideEye.GoRuntime;

/// <summary>
/// The parts of runtime.firstmoduledata (runtime/symtab.go) that locate everything else; link-time addresses.
/// </summary>
/// <param name="Address">Of the structure.</param>
/// <param name="PcHeader">Of the pclntab.</param>
/// <param name="Text">First address of Go's text: not that of section .text in externally linked programs.</param>
/// <param name="EText">First address behind it.</param>
/// <param name="MinPc">First pc that has a function.</param>
/// <param name="MaxPc">First pc behind the last function.</param>
/// <param name="GoFunc">What FUNCDATA offsets are relative to.</param>
/// <param name="Types">What the run-time type offsets of DWARF and abi.Type are relative to.</param>
/// <param name="ETypes">First address behind the types.</param>
/// <param name="Next">The next module, which only plugins make; 0 in the file.</param>
public sealed record ModuleData(
    ulong Address, ulong PcHeader, ulong Text, ulong EText, ulong MinPc, ulong MaxPc, ulong GoFunc, ulong Types,
    ulong ETypes, ulong Next)
{
    /// <summary>Finds and reads the module data of a binary.</summary>
    /// <param name="elf">The binary.</param>
    /// <param name="debugFile">Its separate debug file, whose symbols are asked second.</param>
    /// <param name="layout">Offsets of runtime.moduledata in this version.</param>
    /// <param name="limits">Bounds on the search.</param>
    /// <exception cref="NotGoBinaryException">There is none.</exception>
    public static ModuleData Locate(ElfFile elf, ElfFile? debugFile, ModuleDataLayout layout, GoLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(elf);
        ArgumentNullException.ThrowIfNull(layout);
        // The section holds just this structure since Go 1.26 (cmd/link/internal/ld/data.go); symbols have to be
        // gone through to find one.
        if (elf.FindSection(".go.module") is { } section && TryRead(elf, section.Address, layout) is { } ofSection)
            return ofSection;
        const string symbol = "runtime.firstmoduledata";
        ulong? named = elf.FindSymbol(symbol)?.Value ?? debugFile?.FindSymbol(symbol)?.Value;
        if (named is { } byName && TryRead(elf, byName, layout) is { } ofSymbol)
            return ofSymbol;
        foreach (ulong candidate in new ModuleDataScan(elf, limits ?? GoLimits.Default).Candidates())
        {
            if (TryRead(elf, candidate, layout) is { } scanned)
                return scanned;
        }
        throw new NotGoBinaryException("no runtime.firstmoduledata: not a Go program, or its pclntab was removed");
    }

    /// <summary>Reads the structure and checks that it is one.</summary>
    private static ModuleData? TryRead(ElfFile elf, ulong address, ModuleDataLayout layout)
    {
        const int sizeMax = 4096;
        if (layout.Size is <= 0 or > sizeMax)
            return null;
        Span<byte> bytes = stackalloc byte[layout.Size];
        if (!elf.TryReadRelocated(address, bytes))
            return null;
        ModuleData module = new(
            address, Word(bytes, layout.PcHeader), Word(bytes, layout.Text), Word(bytes, layout.EText),
            Word(bytes, layout.MinPc), Word(bytes, layout.MaxPc), Word(bytes, layout.GoFunc), Word(bytes, layout.Types),
            Word(bytes, layout.ETypes), Word(bytes, layout.Next));
        bool plausible = module.Text < module.EText && module.Text <= module.MinPc && module.MinPc < module.MaxPc
            && module.Types <= module.ETypes
            && elf.TryBytesAt(module.PcHeader, PclnHeader.Size, out ReadOnlyMemory<byte> header)
            && PclnHeader.LooksRight(header.Span);
        return plausible ? module : null;
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int offset) =>
        offset <= bytes.Length - 8 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]) : 0;
}
