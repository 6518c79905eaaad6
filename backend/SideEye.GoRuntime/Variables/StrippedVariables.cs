using SideEye.Elf;
using SideEye.Target;

namespace SideEye.GoRuntime;

/// <summary>
/// Reads the addresses of runtime variables out of the functions that publish them (runtime/proc.go, Go 1.19 to 1.27):
/// allgadd stores allgptr, then stores allglen from the length word of the slice allgs; mcommoninit loads allm, and
/// stores it.
/// </summary>
internal static class StrippedVariables
{
    /// <summary>Decodes both functions.</summary>
    /// <exception cref="RuntimeVariableNotFoundException">They do not look as in the versions known.</exception>
    public static RuntimeVariables Discover(ElfFile elf, PclnTable pcln, GoLimits limits)
    {
        const string lists = "runtime.allgadd";
        const string threads = "runtime.mcommoninit";
        (ulong pointer, ulong length) =
            GoroutineLists(Uses(elf, pcln, lists, limits)) ?? throw NotFound("allgptr", lists);
        ulong allM = ThreadList(Uses(elf, pcln, threads, limits)) ?? throw NotFound("allm", threads);
        return new RuntimeVariables(length, pointer, allM, VariableSource.Code);
    }

    /// <summary>
    /// The two stores of allgadd; the second value comes from the middle word of a slice whose three words it loads.
    /// </summary>
    private static (ulong Pointer, ulong Length)? GoroutineLists(List<VariableUse> uses)
    {
        List<VariableUse> stores = uses.FindAll(use => use.Kind == VariableUseKind.ReleaseStore);
        if (stores.Count != 2 || stores[1].StoredFrom is not { } sliceLength || stores[0].Address == stores[1].Address)
            return null;
        bool isSlice = Loads(uses, sliceLength - 8) && Loads(uses, sliceLength + 8) && Loads(uses, sliceLength);
        return isSlice ? (stores[0].Address, stores[1].Address) : null;
    }

    /// <summary>The one word of mcommoninit that it first loads and then stores.</summary>
    private static ulong? ThreadList(List<VariableUse> uses)
    {
        ulong? found = null;
        foreach (VariableUse use in uses)
        {
            if (use.Kind != VariableUseKind.ReleaseStore || !Loads(uses, use.Address))
                continue;
            if (found is not null && found != use.Address)
                return null;
            found = use.Address;
        }
        return found;
    }

    private static bool Loads(List<VariableUse> uses, ulong address) =>
        uses.Exists(use => use.Kind == VariableUseKind.Load && use.Address == address);

    private static List<VariableUse> Uses(ElfFile elf, PclnTable pcln, string name, GoLimits limits)
    {
        if (pcln.FindByName(name) is not { } function)
            throw new RuntimeVariableNotFoundException($"stripped binary: its pclntab has no function {name}");
        int length = (int)Math.Min(function.End - function.Entry, (ulong)limits.DecodedCodeBytesMax);
        if (!elf.TryBytesAt(function.Entry, length, out ReadOnlyMemory<byte> code))
            throw new RuntimeVariableNotFoundException($"stripped binary: the code of {name} is not in the file");
        return elf.Architecture == Architecture.Arm64
            ? Arm64VariableUses.Decode(code.Span, function.Entry)
            : Amd64VariableUses.Decode(code, function.Entry);
    }

    private static RuntimeVariableNotFoundException NotFound(string variable, string function) => new(
        $"stripped binary: cannot make out runtime.{variable} in the code of {function}; "
        + "build without -ldflags=-s, or supply the debug file");
}
