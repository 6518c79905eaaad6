using SideEye.Dwarf;
using SideEye.Elf;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.GoRuntime;

/// <summary>Whether a binary has DWARF for its Go code, where, and if not, why.</summary>
public sealed class GoDebugInformation
{
    private const string WitnessStructure = "runtime.g";
    private const string Unit = "runtime"; // has the package's variables, and all types (cmd/link/internal/ld/dwarf.go)

    private GoDebugInformation(DwarfFile? dwarf, string reason)
    {
        Dwarf = dwarf;
        Reason = reason;
    }

    /// <summary>True when source variables can be located.</summary>
    public bool IsAvailable => Dwarf is not null;

    /// <summary>
    /// The debug information, of the binary or of its debug file; null when there is none that can be used.
    /// </summary>
    public DwarfFile? Dwarf { get; }

    /// <summary>Empty when available, else one line that says why not and what is missing for it.</summary>
    public string Reason { get; }

    /// <inheritdoc/>
    public override string ToString() => IsAvailable ? "yes" : Reason;

    /// <summary>Looks into the binary, then into its debug file, and reads the runtime's layouts there.</summary>
    /// <param name="elf">The binary.</param>
    /// <param name="debugFile">Its separate debug file, or null.</param>
    /// <param name="version">Picks the built-in layouts where DWARF has none.</param>
    /// <param name="layout">The layouts found.</param>
    /// <exception cref="UnsupportedGoVersionException">
    /// Neither DWARF nor the built-in table knows the version.
    /// </exception>
    internal static GoDebugInformation Open(
        ElfFile elf, ElfFile? debugFile, GoVersion version, out RuntimeLayout layout)
    {
        string reason = "no DWARF: stripped with -ldflags=-s -w; variables are unavailable";
        ElfFile?[] files = [elf, debugFile];
        foreach (ElfFile? file in files)
        {
            if (file is null)
                continue;
            try
            {
                DwarfFile dwarf = DwarfFile.Open(file);
                if (!dwarf.HasDebugInfo)
                    continue;
                // Linked externally with -w, a program has the debug information of its C parts alone.
                if (dwarf.FindEntry(WitnessStructure, DwarfTag.StructureType, Unit) is not null)
                {
                    layout = RuntimeLayout.FromDwarf(version, name => FindStructure(dwarf, name));
                    return new GoDebugInformation(dwarf, "");
                }
                reason = "DWARF has no Go code: stripped with -ldflags=-w; variables are unavailable";
            }
            catch (MalformedFileException broken)
            {
                reason = $"DWARF cannot be read ({broken.Message}); variables are unavailable";
            }
        }
        layout = RuntimeLayout.BuiltIn(version);
        return new GoDebugInformation(null, reason);
    }

    /// <summary>Link-time address of a package-level variable, or null.</summary>
    internal ulong? FindVariable(string name) => Dwarf?.FindVariable(name, Unit);

    /// <summary>Link-time address of a field of a package-level structure of the runtime, or null.</summary>
    internal ulong? FindField(string variable, string field)
    {
        try
        {
            return Dwarf?.FindEntryIn(Unit, variable, DwarfTag.Variable) is { } entry
                && FindVariable(variable) is { } address
                && Dwarf.EntryAt(entry).TryGet(DwarfAttribute.Type, out AttributeValue type)
                && GoTypes.Open(Dwarf).At(type.AsReference()).Field(field) is { } found
                    ? address + (ulong)found.Offset : null;
        }
        catch (MalformedFileException)
        {
            return null;
        }
    }

    private static RuntimeStructure? FindStructure(DwarfFile dwarf, string name)
    {
        if (dwarf.FindStruct(name, Unit) is not { } structure)
            return null;
        Dictionary<string, RuntimeField> fields = new(StringComparer.Ordinal);
        foreach (StructMember member in structure.Members)
            fields.TryAdd(member.Name, new RuntimeField(InRange(name, member.Offset), InRange(name, member.Size)));
        return new RuntimeStructure(name, InRange(name, structure.Size), fields);
    }

    /// <summary>
    /// No structure of the runtime is near this size; what claims to be would make us read megabytes of a target.
    /// </summary>
    private static int InRange(string name, ulong bytes)
    {
        const ulong structureBytesMax = 1 << 20;
        return bytes <= structureBytesMax
            ? (int)bytes
            : throw new MalformedFileException(".debug_info", 0, $"{name} has {bytes} bytes");
    }
}
