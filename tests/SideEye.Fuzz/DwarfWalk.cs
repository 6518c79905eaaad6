using SideEye.Dwarf;
using SideEye.Elf;
using SideEye.Target;

namespace SideEye.Fuzz;

/// <summary>Reads everything in the debug information of an ELF file.</summary>
internal sealed class DwarfWalk
{
    // Entries may share lists and line programs in a mutant; reading them for each entry is our choice, not the
    // readers' fault, and so has an end.
    private const int ListEntriesMax = 200_000;
    private const int LookupsMax = 50;
    private readonly DwarfFile dwarf;
    private readonly List<string> names = [];
    private int listEntries;

    private DwarfWalk(DwarfFile dwarf) => this.dwarf = dwarf;

    public static void Run(byte[] input)
    {
        ElfFile elf = ElfFile.Open(input, ElfWalk.Limits);
        new DwarfWalk(DwarfFile.Open(elf)).Walk();
    }

    private void Walk()
    {
        foreach (DwarfUnit unit in dwarf.Units)
        {
            ElfWalk.Part(() => _ = unit.Name);
            ElfWalk.Part(() => _ = unit.CompilationDirectory);
            ElfWalk.Part(() => WalkEntries(unit));
            ElfWalk.Part(() => WalkSiblings(unit));
            ElfWalk.Part(() => WalkLines(unit));
        }

        ElfWalk.Part(() => dwarf.FindUnit("main"));
        foreach (string name in names)
        {
            ElfWalk.Part(() => dwarf.FindStruct(name));
            ElfWalk.Part(() => dwarf.FindVariable(name));
        }
    }

    private void WalkEntries(DwarfUnit unit)
    {
        DieCursor entry = unit.Entries();
        while (entry.MoveNext())
        {
            foreach (DieAttribute attribute in entry.Attributes)
            {
                try
                {
                    WalkValue(unit, attribute);
                }
                catch (MalformedFileException)
                {
                }
            }

            bool wanted = entry.Tag is DwarfTag.StructureType or DwarfTag.Variable && names.Count < LookupsMax;
            if (!wanted || !entry.TryGet(DwarfAttribute.Name, out AttributeValue name))
                continue;
            if (name.Class == AttributeClass.Text)
                names.Add(name.AsText());
        }
    }

    private void WalkValue(DwarfUnit unit, DieAttribute attribute)
    {
        AttributeValue value = attribute.Value;
        _ = value.Class switch
        {
            AttributeClass.Address => value.AsAddress(),
            AttributeClass.Block or AttributeClass.Expression => (ulong)value.AsBlock().Length,
            AttributeClass.Constant => (ulong)value.AsSigned(),
            AttributeClass.Flag => value.AsFlag() ? 1u : 0u,
            AttributeClass.Text => (ulong)value.AsUtf8().Length,
            AttributeClass.Reference => (ulong)dwarf.EntryAt(value.AsReference()).Depth,
            _ => 0ul,
        };
        if (!value.IsList)
            return;
        if (attribute.Name == DwarfAttribute.Ranges)
        {
            foreach (AddressRange range in DwarfFile.ReadRanges(unit, value))
            {
                if (range.Low > range.High || ++listEntries > ListEntriesMax)
                    break;
            }
        }
        else if (attribute.Name != DwarfAttribute.StatementList)
        {
            foreach (LocationEntry location in DwarfFile.ReadLocations(unit, value))
            {
                if (location.Expression.Length < 0 || ++listEntries > ListEntriesMax)
                    break;
            }
        }
    }

    private static void WalkSiblings(DwarfUnit unit)
    {
        DieCursor entry = unit.Entries();
        if (!entry.MoveNext() || !entry.MoveNext())
            return;
        do
            _ = PcRange.Of(entry);
        while (entry.MoveToSibling());
    }

    private void WalkLines(DwarfUnit unit)
    {
        if (listEntries > ListEntriesMax || dwarf.ReadLineProgram(unit) is not { } lines)
            return;
        for (int file = 0; file <= Math.Min(lines.FileCount, LookupsMax); file++)
        {
            int index = file;
            ElfWalk.Part(() => lines.FileName((uint)index));
        }

        foreach (LineRow row in lines.Rows)
        {
            if (++listEntries > ListEntriesMax && row.Line != uint.MaxValue)
                break;
        }
    }
}
