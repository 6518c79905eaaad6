using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SideEye.Target;

namespace SideEye.Dwarf.Tests;

/// <summary>
/// Entries with their depth, ranges and location lists, one a line: once from the text of llvm-dwarfdump --debug-info,
/// once by our readers.
/// </summary>
internal static partial class LlvmDump
{
    public static List<string> Walk(DwarfFile dwarf, bool operations)
    {
        List<string> found = [];
        foreach (DwarfUnit unit in dwarf.Units)
        {
            DieCursor entry = unit.Entries();
            while (entry.MoveNext())
            {
                found.Add($"0x{entry.Offset.Value:x8} {entry.Depth}");
                AddLists(unit, entry, operations, found);
            }
        }

        return found;
    }

    // Numbers of the operators Go uses; LLVM's text is reduced to the same.
    private static string Operations(ReadOnlySpan<byte> expression)
    {
        StringBuilder text = new();
        ByteCursor cursor = new(expression, "expression");
        while (!cursor.AtEnd)
        {
            byte operation = cursor.ReadByte();
            string shown = operation switch
            {
                0x91 => $"fbreg {cursor.ReadSleb128()}",
                0x93 => $"piece {cursor.ReadUleb128()}",
                0x9c => "call_frame_cfa",
                0x06 => "deref",
                >= 0x50 and < 0x70 => $"reg{operation - 0x50}",
                _ => throw new InvalidOperationException($"operator 0x{operation:x}"),
            };
            text.Append(text.Length == 0 ? "" : ", ").Append(shown);
        }

        return text.ToString();
    }

    public static List<string> Summarise(string dump, bool operations)
    {
        List<string> lines = [];
        foreach (string line in dump.Split('\n'))
        {
            Match entry = EntryLine().Match(line);
            Match range = RangeLine().Match(line);
            string bounds = $"[{range.Groups[1].Value}, {range.Groups[2].Value})";
            bool isEmpty = range.Groups[1].Value == range.Groups[2].Value;
            if (entry.Success && !line.EndsWith("NULL", StringComparison.Ordinal))
                lines.Add($"{entry.Groups[1].Value} {(entry.Groups[2].Length - 1) / 2}");
            else if (range.Success && range.Groups[3].Success)
                lines.Add($"{bounds} {(operations ? Reduce(range.Groups[3].Value) : "")}");
            else if (range.Success && !isEmpty)
                lines.Add(bounds);
        }

        return lines;
    }

    private static string Reduce(string operations)
    {
        string plain = operations.TrimEnd(')').Replace("DW_OP_", "", StringComparison.Ordinal);
        if (plain == "<empty>")
            return "";
        plain = RegisterName().Replace(plain, "$1");
        return Number().Replace(plain, m => $" {Parse(m.Groups[1].Value)}");
    }

    private static long Parse(string number) => number[0] == '-'
        ? -Parse(number[1..])
        : number.StartsWith("0x", StringComparison.Ordinal)
            ? long.Parse(number[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : long.Parse(number.TrimStart('+'), CultureInfo.InvariantCulture);

    private static void AddLists(DwarfUnit unit, in DieCursor entry, bool operations, List<string> found)
    {
        foreach (DieAttribute attribute in entry.Attributes)
        {
            if (!attribute.Value.IsList)
                continue;
            if (attribute.Name == DwarfAttribute.Ranges)
            {
                foreach (AddressRange range in DwarfFile.ReadRanges(unit, attribute.Value))
                    found.Add($"[0x{range.Low:x16}, 0x{range.High:x16})");
            }
            else if (attribute.Name == DwarfAttribute.Location)
            {
                foreach (LocationEntry location in DwarfFile.ReadLocations(unit, attribute.Value))
                {
                    string shown = operations ? Operations(location.Expression) : "";
                    found.Add($"[0x{location.Range.Low:x16}, 0x{location.Range.High:x16}) {shown}");
                }
            }
        }
    }

    [GeneratedRegex(@"^(0x[0-9a-f]+):( +)(DW_TAG_|NULL)")]
    private static partial Regex EntryLine();

    [GeneratedRegex(@"^\s+\[(0x[0-9a-f]{16}), (0x[0-9a-f]{16})\)(?:: (.*))?")]
    private static partial Regex RangeLine();

    [GeneratedRegex(@"(reg\d+) \w+")]
    private static partial Regex RegisterName();

    [GeneratedRegex(@" ([+-]?(?:0x[0-9a-f]+|\d+))")]
    private static partial Regex Number();
}
