using System.Text;

namespace SideEye.Dwarf;

/// <summary>
/// The named entries on the top level of some units by a hash of the name. Twelve bytes an entry; names stay where they
/// are, and a hit is verified against them.
/// </summary>
internal sealed class NameIndex
{
    // Names may overlap in a hostile table, so each costs at most this much; equal beginnings share a bucket.
    private const int HashedBytesMax = 256;
    private readonly DwarfFile file;
    private readonly List<Row> rows = [];
    private int[] heads = [];

    private NameIndex(DwarfFile file) => this.file = file;

    /// <summary>Indexes units; type units among them are left out.</summary>
    public static NameIndex Build(DwarfFile file, IEnumerable<DwarfUnit> units)
    {
        NameIndex index = new(file);
        foreach (DwarfUnit unit in units)
        {
            if (!unit.IsTypeUnit)
                index.AddUnit(unit);
        }

        index.Link();
        return index;
    }

    public DebugInfoOffset? Find(string name, DwarfTag tag)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        if (heads.Length == 0 || utf8.Length == 0 || utf8.AsSpan().Contains((byte)0))
            return null;
        uint hash = Hash(utf8);
        for (int i = heads[hash & (uint)(heads.Length - 1)] - 1; i >= 0; i = rows[i].Next - 1)
        {
            if (rows[i].Hash != hash)
                continue;
            DieCursor entry = file.EntryAt(new DebugInfoOffset(rows[i].Offset));
            bool isIt = entry.Tag == tag && entry.TryGet(DwarfAttribute.Name, out AttributeValue found)
                && found.IsText(utf8) && !IsDeclaration(entry);
            if (isIt)
                return entry.Offset;
        }

        return null;
    }

    private static bool IsDeclaration(in DieCursor entry) =>
        entry.TryGet(DwarfAttribute.Declaration, out AttributeValue declaration) && declaration.AsFlag();

    private void AddUnit(DwarfUnit unit)
    {
        DieCursor entry = unit.Entries();
        // The unit's entry, then those right below it.
        if (!entry.MoveNext() || !entry.HasChildren || !entry.MoveNext() || entry.Depth != 1)
            return;
        do
        {
            if (!entry.TryGet(DwarfAttribute.Name, out AttributeValue name) || name.Class != AttributeClass.Text)
                continue;
            if (rows.Count >= file.Sections.Limits.IndexedNamesMax)
            {
                throw new BadDwarfException(file.Sections.Information.Name, entry.Offset.Value,
                    $"there are more than {file.Sections.Limits.IndexedNamesMax} names");
            }

            DebugSections sections = file.Sections;
            uint hash = Hash(DebugText.From(sections, unit, sections.Information, name.Raw));
            rows.Add(new Row(hash, (uint)entry.Offset.Value, 0));
        }
        while (entry.MoveToSibling());
    }

    // Backwards, so that the entry first in the file is found first.
    private void Link()
    {
        heads = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows.Count + 1)];
        for (int i = rows.Count - 1; i >= 0; i--)
        {
            ref int head = ref heads[rows[i].Hash & (uint)(heads.Length - 1)];
            rows[i] = rows[i] with { Next = head };
            head = i + 1;
        }
    }

    // FNV-1a over the name up to its NUL.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        int count = Math.Min(name.Length, HashedBytesMax);
        for (int i = 0; i < count && name[i] != 0; i++)
            hash = (hash ^ name[i]) * 16777619;
        return hash ^ (hash >> 15);
    }

    private readonly record struct Row(uint Hash, uint Offset, int Next);
}
