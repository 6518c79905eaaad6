using System.Buffers.Binary;
using SideEye.Dwarf;
using SideEye.Elf;
using SideEye.Elf.Tests;

namespace SideEye.Fuzz;

/// <summary>
/// Cuts one unit with its lists and lines out of a Go program, so that a seed of a few kilobytes has what the Go
/// compiler writes. References to other units then lead nowhere.
/// </summary>
internal static class UnitSlice
{
    private const int ListBytesMax = 4_000;

    public static byte[] Take(string program, string package)
    {
        ElfFile elf = ElfFile.Open(File.ReadAllBytes(program));
        DwarfFile dwarf = DwarfFile.Open(elf);
        DwarfUnit unit = dwarf.FindUnit(package) ?? throw new ArgumentException($"{program} has no package {package}");
        byte[] information = Bytes(elf, ".debug_info")[(int)unit.Offset.Value..(int)unit.End.Value];
        BinaryPrimitives.WriteUInt32LittleEndian(information.AsSpan(unit.Version >= 5 ? 8 : 6), 0); // abbreviations

        string[] lists = unit.Version >= 5
            ? [".debug_loclists", ".debug_rnglists", ".debug_addr"]
            : [".debug_loc", ".debug_ranges", ".debug_addr"];
        DwarfAttribute[] users = [DwarfAttribute.Location, DwarfAttribute.Ranges, DwarfAttribute.AddressBase];
        ElfBuilder seed = new();
        for (int i = 0; i < lists.Length; i++)
        {
            ulong start = Rebase(unit, information, users[i], i == 2 ? 8u : 0u);
            if (start == ulong.MaxValue)
                continue;
            byte[] section = Bytes(elf, lists[i]);
            byte[] header = new byte[i == 2 ? 8 : 0];
            int end = (int)Math.Min((ulong)section.Length, start + ListBytesMax);
            seed.Section(lists[i], [.. header, .. section[(int)start..end]]);
        }

        ulong line = Rebase(unit, information, DwarfAttribute.StatementList, 0);
        byte[] lines = Bytes(elf, ".debug_line")[(int)line..];
        int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(lines) + 4;
        return seed.Section(".debug_line", lines[..length])
            .Section(".debug_abbrev", Bytes(elf, ".debug_abbrev"))
            .Section(".debug_info", information)
            .Build();
    }

    // Moves all offsets of an attribute down so that the lowest becomes `first`; tells what the lowest was.
    private static ulong Rebase(DwarfUnit unit, byte[] information, DwarfAttribute name, ulong first)
    {
        ulong lowest = ulong.MaxValue;
        for (int pass = 0; pass < 2; pass++)
        {
            DieCursor entry = unit.Entries();
            while (entry.MoveNext())
            {
                if (!entry.TryGet(name, out AttributeValue value) || value.Class != AttributeClass.SectionOffset)
                    continue;
                ulong offset = value.AsSectionOffset();
                lowest = Math.Min(lowest, offset);
                int at = (int)(value.Offset.Value - unit.Offset.Value);
                if (pass == 1)
                    BinaryPrimitives.WriteUInt32LittleEndian(information.AsSpan(at), (uint)(offset - lowest + first));
            }
        }

        return lowest;
    }

    private static byte[] Bytes(ElfFile elf, string section) =>
        elf.FindSection(section) is { } found ? elf.ReadSection(found).ToArray() : [];
}
