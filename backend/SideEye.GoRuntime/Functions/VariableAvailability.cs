using System.Collections.Immutable;

namespace SideEye.GoRuntime.Functions;

/// <summary>Whether a variable can be read at a place.</summary>
public enum Availability : byte
{
    /// <summary>All of it is in memory.</summary>
    Available,
    /// <summary>A part is in memory, such as pointer and length of a slice; the rest is nowhere or in registers.
    /// </summary>
    Partly,
    /// <summary>In registers only: readable where the thread stands, lost in the frames that have called.</summary>
    RegistersOnly,
    /// <summary>In the closure of a deferred call alone: readable from the defer statement on.</summary>
    Deferred,
    /// <summary>The compiler keeps it nowhere at this place, or in a way that cannot be told for certain.</summary>
    OptimisedOut,
    /// <summary>The place is not in the block that declares it.</summary>
    OutOfScope,
    /// <summary>In unoptimised code: declared behind this line, its memory has old contents.</summary>
    NotYetDeclared,
}

/// <summary>Says where variables can be read.</summary>
public static class VariableAvailability
{
    /// <summary>Whether a variable can be read while the pc is at a place.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="pc">Link-time address; of a frame that has called, the return address.</param>
    /// <param name="isReturnAddress">True for a return address: the block is then that of the call before it, the
    /// place that of the instruction after it.</param>
    /// <param name="line">Source line of the place; 0 when unknown.</param>
    public static Availability At(GoVariable variable, ulong pc, bool isReturnAddress, int line = 0)
    {
        ArgumentNullException.ThrowIfNull(variable);
        if (!Contains(variable.Scope, isReturnAddress ? pc - 1 : pc))
            return Availability.OutOfScope;
        bool isEarly = variable is { HasFixedPlace: true, Role: VariableRole.Local or VariableRole.Captured }
            && line != 0 && line <= variable.DeclarationLine;
        if (isEarly)
            return Availability.NotYetDeclared;
        // The code of a function may end with the call, when that does not return; then the last place holds.
        VariableLocation? found = Find(variable.Locations, pc)
            ?? (variable.HasFixedPlace && isReturnAddress ? Find(variable.Locations, pc - 1) : null);
        Availability own = found is null ? Availability.OptimisedOut : Of(found);
        // At the entry nothing is deferred yet.
        bool isKept = isReturnAddress && !variable.Deferred.IsEmpty;
        return isKept && own != Availability.Available ? Availability.Deferred : own;
    }

    /// <summary>Where the variable is at a pc, or null.</summary>
    public static VariableLocation? Find(ImmutableArray<VariableLocation> locations, ulong pc)
    {
        foreach (VariableLocation each in locations)
        {
            if (pc >= each.Low && pc < each.High)
                return each;
        }

        return null;
    }

    private static Availability Of(VariableLocation location)
    {
        bool anyMemory = false;
        bool anyRegister = false;
        bool anyNowhere = false;
        foreach (VariablePiece piece in location.Pieces)
        {
            anyMemory |= piece.Kind is PlaceKind.Frame or PlaceKind.Global;
            anyRegister |= piece.Kind == PlaceKind.Register;
            anyNowhere |= piece.Kind == PlaceKind.Nowhere && piece.Bytes > 0;
        }

        if (anyMemory)
            return anyRegister || anyNowhere ? Availability.Partly : Availability.Available;
        return anyRegister ? Availability.RegistersOnly
            : anyNowhere ? Availability.OptimisedOut : Availability.Available;
    }

    private static bool Contains(ImmutableArray<PcSpan> spans, ulong pc)
    {
        foreach (PcSpan span in spans)
        {
            if (span.Contains(pc))
                return true;
        }

        return false;
    }
}
