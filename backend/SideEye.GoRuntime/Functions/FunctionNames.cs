using SideEye.Dwarf;

namespace SideEye.GoRuntime.Functions;

/// <summary>The names of functions by their entries; a concrete function takes its name from its abstract entry.
/// </summary>
internal sealed class FunctionNames(DwarfFile dwarf)
{
    private const int OriginsMax = 8;
    private readonly KeptValues<DebugInfoOffset, string?> known = new();

    /// <summary>The name, or null when the entry has none.</summary>
    public string? Of(DebugInfoOffset function) =>
        known.TryGet(function, out string? name) ? name : known.Keep(function, Read(function, 0));

    private string? Read(DebugInfoOffset function, int links)
    {
        DieCursor entry = dwarf.EntryAt(function);
        if (entry.TryGet(DwarfAttribute.Name, out AttributeValue name))
            return name.AsText();
        return links < OriginsMax && entry.TryGet(DwarfAttribute.AbstractOrigin, out AttributeValue origin)
            ? Read(origin.AsReference(), links + 1)
            : null;
    }
}
