using System.Buffers.Binary;
using System.Text;
using SideEye.Dwarf;
using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>Goes through all entries of a program once and makes the index of its functions.</summary>
internal sealed class FunctionIndexBuilder
{
    private const string Section = ".debug_info";
    private const int Go = 22; // DW_LANG_Go
    private const int FunctionsMax = 8_000_000;
    private const int UsesMax = 64_000_000;

    private readonly DwarfFile dwarf;
    private readonly Dictionary<uint, string> named = [];
    private readonly List<(uint Function, uint Place)> uses = [];
    private readonly Dictionary<uint, uint> origins = [];

    private FunctionIndexBuilder(DwarfFile dwarf) => this.dwarf = dwarf;

    /// <summary>The bytes of the index.</summary>
    /// <exception cref="MalformedFileException">The debug information is broken.</exception>
    public static byte[] Build(DwarfFile dwarf)
    {
        FunctionIndexBuilder builder = new(dwarf);
        foreach (DwarfUnit unit in dwarf.Units)
        {
            // Assembly units have DW_LANG_Mips_Assembler; C code has other frames.
            if (unit.Language == Go)
                builder.AddUnit(unit);
        }

        return builder.Write();
    }

    private void AddUnit(DwarfUnit unit)
    {
        DieCursor entry = unit.Entries();
        uint subprogram = 0;
        uint lastFunction = 0;
        while (entry.MoveNext())
        {
            if (entry.Tag == DwarfTag.Subprogram && entry.Depth == 1)
            {
                subprogram = (uint)entry.Offset.Value;
                lastFunction = 0;
                AddFunction(entry, subprogram);
            }
            else if (entry.Tag == DwarfTag.InlinedSubroutine && subprogram != 0
                && entry.TryGet(DwarfAttribute.AbstractOrigin, out AttributeValue origin))
            {
                uint function = (uint)origin.AsReference().Value;
                if (function != lastFunction)
                    AddUse(function, subprogram);
                lastFunction = function;
            }
        }
    }

    private void AddFunction(in DieCursor entry, uint offset)
    {
        uint function = offset;
        bool hasCode = false;
        foreach (DieAttribute attribute in entry.Attributes)
        {
            switch (attribute.Name)
            {
                case DwarfAttribute.Name when named.Count < FunctionsMax:
                    named[offset] = attribute.Value.AsText();
                    break;
                case DwarfAttribute.AbstractOrigin:
                    function = (uint)attribute.Value.AsReference().Value;
                    origins[offset] = function;
                    break;
                case DwarfAttribute.LowPc or DwarfAttribute.Ranges:
                    hasCode = true;
                    break;
            }
        }

        if (hasCode)
            AddUse(function, offset);
    }

    private void AddUse(uint function, uint place)
    {
        if (uses.Count >= UsesMax)
            throw new MalformedFileException(Section, place, $"there are more than {UsesMax} inlined calls");
        uses.Add((function, place));
    }

    private byte[] Write()
    {
        List<string> names = [.. new HashSet<string>(named.Values, StringComparer.Ordinal)];
        byte[][] utf8 = new byte[names.Count][];
        for (int i = 0; i < utf8.Length; i++)
            utf8[i] = Encoding.UTF8.GetBytes(names[i]);
        Array.Sort(utf8, (left, right) => left.AsSpan().SequenceCompareTo(right));
        Dictionary<string, uint> order = new(utf8.Length, StringComparer.Ordinal);
        int nameBytes = 0;
        for (int i = 0; i < utf8.Length; i++)
        {
            order[Encoding.UTF8.GetString(utf8[i])] = (uint)i;
            nameBytes = checked(nameBytes + utf8[i].Length + 1);
        }

        ulong[] places = SortedPlaces(order);
        int length = checked(FunctionIndex.HeaderBytes + (utf8.Length * FunctionIndex.FunctionBytes)
            + (places.Length * 4) + (nameBytes * 2));
        byte[] bytes = new byte[length];
        WriteFunctions(bytes, utf8, places, nameBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, FunctionIndex.Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), dwarf.Identity);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), (uint)utf8.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(28), (uint)places.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), (uint)nameBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), ContentChecksum.Of(bytes.AsSpan(24)));
        return bytes;
    }

    /// <summary>Function numbers in the upper and places in the lower half, sorted, each once.</summary>
    private ulong[] SortedPlaces(Dictionary<string, uint> order)
    {
        ulong[] all = new ulong[uses.Count];
        int count = 0;
        foreach ((uint function, uint place) in uses)
        {
            if (NameOf(function) is { } name)
                all[count++] = ((ulong)order[name] << 32) | place;
        }

        Array.Sort(all, 0, count);
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (kept == 0 || all[kept - 1] != all[i])
                all[kept++] = all[i];
        }

        Array.Resize(ref all, kept);
        return all;
    }

    private string? NameOf(uint function)
    {
        const int originsMax = 8;
        for (int i = 0; i < originsMax; i++)
        {
            if (named.TryGetValue(function, out string? name))
                return name;
            if (!origins.TryGetValue(function, out function))
                return null;
        }

        return null;
    }

    private static void WriteFunctions(Span<byte> bytes, byte[][] utf8, ulong[] places, int nameBytes)
    {
        int placesStart = FunctionIndex.HeaderBytes + (utf8.Length * FunctionIndex.FunctionBytes);
        int namesStart = placesStart + (places.Length * 4);
        int name = 0;
        int place = 0;
        for (int i = 0; i < utf8.Length; i++)
        {
            int first = place;
            while (place < places.Length && places[place] >> 32 == (ulong)i)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[(placesStart + (place * 4))..], (uint)places[place]);
                place++;
            }

            Span<byte> row = bytes[(FunctionIndex.HeaderBytes + (i * FunctionIndex.FunctionBytes))..];
            BinaryPrimitives.WriteUInt32LittleEndian(row, (uint)name);
            BinaryPrimitives.WriteUInt32LittleEndian(row[4..], (uint)utf8[i].Length);
            BinaryPrimitives.WriteUInt32LittleEndian(row[8..], (uint)first);
            BinaryPrimitives.WriteUInt32LittleEndian(row[12..], (uint)(place - first));
            utf8[i].CopyTo(bytes[(namesStart + name)..]);
            CopyLower(utf8[i], bytes[(namesStart + nameBytes + name)..]);
            name += utf8[i].Length + 1;
            bytes[namesStart + name - 1] = (byte)'\n';
            bytes[namesStart + nameBytes + name - 1] = (byte)'\n';
        }
    }

    // Only ASCII: a letter keeps its length then.
    private static void CopyLower(byte[] name, Span<byte> to)
    {
        for (int i = 0; i < name.Length; i++)
            to[i] = name[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(name[i] | 0x20) : name[i];
    }
}
