using System.Collections.Concurrent;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Variables with an address of their own in a frame, which the runtime knows for its garbage collector
/// (cmd/compile/internal/liveness/plive.go emitStackObjects, FUNCDATA_StackObjects): their place and size is proof that
/// a whole variable is there.
/// </summary>
internal sealed class StackObjects(PclnTable? pcln, Target.Architecture architecture)
{
    private readonly ConcurrentDictionary<ulong, HashSet<(long Offset, int Bytes)>> known = [];

    /// <summary>True when one variable of just that size begins at that place of the frame.</summary>
    public bool Contains(ulong entry, VariablePiece piece)
    {
        if (pcln is null || piece.Kind != PlaceKind.Frame)
            return false;
        HashSet<(long, int)> objects = known.GetOrAdd(entry, Read);
        return objects.Contains((piece.Value, piece.Bytes));
    }

    private HashSet<(long Offset, int Bytes)> Read(ulong entry)
    {
        HashSet<(long, int)> objects = [];
        if (pcln is null || !pcln.TryFindFunction(entry, out GoFunction function) || function.Entry != entry)
            return objects;
        // Locals count from varp: below return address and saved frame pointer. Arguments count from argp, which is
        // the CFA on amd64 and a word above it on arm64 (runtime/stkframe.go).
        bool isAmd64 = architecture == Target.Architecture.Amd64;
        int locals = isAmd64 ? -16 : -8;
        int arguments = isAmd64 ? 0 : 8;
        foreach ((int offset, int bytes) in pcln.StackObjects(function))
            objects.Add((offset < 0 ? offset + locals : offset + arguments, bytes));
        return objects;
    }
}
