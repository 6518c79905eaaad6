using SideEye.Elf;

namespace SideEye.GoRuntime;

/// <summary>Where the addresses of runtime variables came from.</summary>
public enum VariableSource
{
    /// <summary>The symbol table.</summary>
    Symbols,

    /// <summary>DWARF.</summary>
    Dwarf,

    /// <summary>The code of runtime.allgadd and runtime.mcommoninit: the binary is stripped.</summary>
    Code,
}

/// <summary>
/// Link-time addresses of the runtime's package-level variables (runtime/proc.go, runtime/runtime2.go).
/// The list of goroutines is read as: first the word at <see cref="AllGLen"/>, then the pointer at
/// <see cref="AllGPtr"/>, then that many pointers to runtime.g.
/// </summary>
/// <param name="AllGLen">runtime.allglen, a 64-bit count.</param>
/// <param name="AllGPtr">runtime.allgptr, address of the array of *g.</param>
/// <param name="AllM">runtime.allm, head of the list of threads.</param>
/// <param name="Source">Where these three came from.</param>
public sealed record RuntimeVariables(ulong AllGLen, ulong AllGPtr, ulong AllM, VariableSource Source)
{
    /// <summary>Finds them: symbols of the binary or its debug file, else DWARF, else the code itself.</summary>
    /// <param name="elf">The binary.</param>
    /// <param name="debugFile">Its separate debug file, or null.</param>
    /// <param name="dwarfVariable">Asks DWARF for the address of a variable; null when there is none.</param>
    /// <param name="pcln">Names the functions that are decoded in a stripped binary.</param>
    /// <param name="limits">Bounds on the decoding.</param>
    /// <exception cref="RuntimeVariableNotFoundException">
    /// Neither names them and the code does not look as expected.
    /// </exception>
    public static RuntimeVariables Locate(
        ElfFile elf, ElfFile? debugFile, Func<string, ulong?>? dwarfVariable, PclnTable pcln, GoLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(elf);
        return From(name => elf.FindSymbol(name)?.Value ?? debugFile?.FindSymbol(name)?.Value, VariableSource.Symbols)
            ?? From(dwarfVariable, VariableSource.Dwarf)
            ?? StrippedVariables.Discover(elf, pcln, limits ?? GoLimits.Default);
    }

    private static RuntimeVariables? From(Func<string, ulong?>? find, VariableSource source) =>
        find?.Invoke("runtime.allglen") is { } length && find("runtime.allgptr") is { } pointer
        && find("runtime.allm") is { } threads
            ? new RuntimeVariables(length, pointer, threads, source)
            : null;
}

/// <summary>
/// A stripped binary's code does not show where a runtime variable lies. The message says which, and what helps.
/// </summary>
public sealed class RuntimeVariableNotFoundException(string message) : Exception(message);
