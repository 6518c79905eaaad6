using System.Security.Cryptography;
using System.Text;
using SideEye.Elf;

namespace SideEye.Dwarf.Tests;

/// <summary>Sections that were decompressed at an earlier time are checked where they are read, and damage to them is
/// never read.</summary>
public sealed class What_is_read_of_kept_sections
{
    private const int RowBytes = 64;
    private const int FirstRow = 24;

    [Theory]
    [InlineData("1.27")]
    [InlineData("1.19")]
    public void Is_what_the_file_has_wherever_they_are_damaged(string version)
    {
        byte[] file = File.ReadAllBytes(GoPrograms.Small(version));
        DwarfFile dwarf = DwarfFile.Open(ElfFile.Open(file));
        byte[] whole = Kept(dwarf);
        string expected = Everything(dwarf);
        Assert.Equal(expected, Everything(With(file, whole, static () => Assert.Fail("nothing is damaged"))));
        foreach ((_, int start, int length) in Parts(whole))
        {
            for (int each = 1; each < 6; each++)
            {
                byte[] damaged = [.. whole];
                damaged[start + (int)((long)length * each / 6)] ^= 0x08;
                int noticed = 0;
                Assert.Equal(expected, Everything(With(file, damaged, () => noticed++)));
                Assert.Equal(1, noticed);
            }
        }
    }

    [Fact]
    public void Is_checked_alone()
    {
        byte[] file = File.ReadAllBytes(GoPrograms.Small("1.27"));
        DwarfFile dwarf = DwarfFile.Open(ElfFile.Open(file));
        byte[] damaged = Kept(dwarf);
        (_, int start, int length) = Parts(damaged).Single(static part => part.Name == ".debug_info");
        DebugInfoOffset entry = dwarf.FindEntryIn("main", "main.counter", DwarfTag.Variable)!.Value;
        damaged[start + (entry.Value < (ulong)length / 2 ? length - 1 : length / 4)] ^= 1;
        int noticed = 0;
        DwarfFile kept = With(file, damaged, () => noticed++);
        Assert.Equal("main.counter", Name(kept.EntryAt(entry)));
        Assert.Equal(0, noticed);
        Assert.Equal(Everything(dwarf), Everything(kept));
        Assert.Equal(1, noticed);
        Assert.Equal("main.counter", Name(kept.EntryAt(entry)));
    }

    [Fact]
    public void Is_right_for_several_threads_that_find_the_damage_at_once()
    {
        byte[] file = File.ReadAllBytes(GoPrograms.Small("1.27"));
        DwarfFile dwarf = DwarfFile.Open(ElfFile.Open(file));
        string expected = Everything(dwarf);
        byte[] damaged = Kept(dwarf);
        foreach ((_, int start, int length) in Parts(damaged))
            damaged[start + (length / 3)] ^= 1;
        int noticed = 0;
        DwarfFile kept = With(file, damaged, () => Interlocked.Increment(ref noticed));
        Parallel.For(0, 8, _ => Assert.Equal(expected, Everything(kept)));
        Assert.Equal(Parts(damaged).Count(), noticed);
    }

    private static string Name(in DieCursor entry) =>
        entry.TryGet(DwarfAttribute.Name, out AttributeValue name) ? name.AsText() : "";

    private static DwarfFile With(byte[] file, byte[] kept, Action unusable) =>
        DwarfFile.Open(ElfFile.Open(file).With(KeptParts.TryOpen(kept, unusable)));

    private static byte[] Kept(DwarfFile dwarf) =>
        [.. KeptParts.Write([.. dwarf.SectionsToKeep()]).SelectMany(static piece => piece.ToArray())];

    private static IEnumerable<(string Name, int Start, int Length)> Parts(byte[] kept)
    {
        for (int row = FirstRow; row < FirstRow + (BitConverter.ToInt32(kept, 16) * RowBytes); row += RowBytes)
        {
            yield return (Encoding.ASCII.GetString(kept, row, 32).TrimEnd('\0'),
                BitConverter.ToInt32(kept, row + 40), BitConverter.ToInt32(kept, row + 48));
        }
    }

    private static string Everything(DwarfFile dwarf)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (DwarfUnit unit in dwarf.Units)
        {
            DieCursor entry = unit.Entries();
            while (entry.MoveNext())
            {
                hash.AppendData(Encoding.ASCII.GetBytes($"{entry.Offset.Value} {entry.Depth} {entry.Tag}\n"));
                foreach (DieAttribute attribute in entry.Attributes)
                    Add(hash, attribute);
            }
        }

        List<string> lists = LlvmDump.Walk(dwarf, operations: true);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', lists)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, in DieAttribute attribute)
    {
        AttributeValue value = attribute.Value;
        switch (value.Class)
        {
            case AttributeClass.Text:
                hash.AppendData(value.AsUtf8());
                break;
            case AttributeClass.Block or AttributeClass.Expression:
                hash.AppendData(value.AsBlock());
                break;
            case AttributeClass.Address:
                hash.AppendData(BitConverter.GetBytes(value.AsAddress()));
                break;
            default:
                hash.AppendData(BitConverter.GetBytes(value.Raw.Value));
                break;
        }
    }
}
