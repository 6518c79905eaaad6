using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Variables that are whole in one place of a frame: those with an address of their own, which the runtime knows for
/// its garbage collector (cmd/compile/internal/liveness/plive.go emitStackObjects, FUNCDATA_StackObjects) and whose
/// place and size is proof, and the results of functions that defer.
/// </summary>
internal sealed class StackObjects(PclnTable? pcln, Architecture architecture)
{
    private readonly KeptValues<TargetAddress, HashSet<Place>> known = new();

    /// <summary>
    /// True when the one place that a list of places gives for a result of the function is all of it. A deferred
    /// function may see and change results, so the compiler keeps them in memory from the entry on, where it zeroes
    /// them (cmd/compile/internal/ssagen canSSAName, zeroResults; the same from Go 1.19 to 1.27). Parts of results it
    /// never lists one by one (addNamedValue). Does not hold for results of functions that were inlined: those are
    /// locals of the function around them.
    /// </summary>
    /// <exception cref="MalformedFileException">The function's record is broken.</exception>
    public bool KeepsResults(ulong entry) =>
        pcln is not null && pcln.TryFindFunction(entry, out GoFunction function) && function.Entry == entry
        && pcln.CallsDeferReturn(function);

    /// <summary>True when one variable of just that size begins at that place of the frame.</summary>
    public bool Contains(ulong entry, VariablePiece piece)
    {
        if (pcln is null || piece.Kind != PlaceKind.Frame)
            return false;
        TargetAddress function = new(entry);
        if (!known.TryGet(function, out HashSet<Place>? objects))
            objects = known.Keep(function, Read(function));
        return objects!.Contains(new Place(piece.Value, piece.Bytes));
    }

    private HashSet<Place> Read(TargetAddress entry)
    {
        HashSet<Place> objects = [];
        if (pcln is null || !pcln.TryFindFunction(entry.Value, out GoFunction function)
            || function.Entry != entry.Value)
        {
            return objects;
        }
        // Locals count from varp: below return address and saved frame pointer. Arguments count from argp, which is
        // the CFA on amd64 and a word above it on arm64 (runtime/stkframe.go).
        bool isAmd64 = architecture == Architecture.Amd64;
        int locals = isAmd64 ? -16 : -8;
        int arguments = isAmd64 ? 0 : 8;
        foreach ((int offset, int bytes) in pcln.StackObjects(function))
            objects.Add(new Place(offset < 0 ? offset + locals : offset + arguments, bytes));
        return objects;
    }

    private readonly record struct Place(long Offset, int Bytes);
}
