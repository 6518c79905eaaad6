using SideEye.GoRuntime;

namespace SideEye.Capture.Rows;

/// <summary>A place in the program's source; everything null where nothing is known.</summary>
internal readonly record struct CodePlace(string? Function, string? File, int? Line, GoFuncId FuncId);

/// <summary>
/// Source places of run-time addresses, remembered: thousands of goroutines come from a few go statements.
/// </summary>
internal sealed class CodePlaces(PclnTable pcln, ulong loadBias)
{
    private readonly Dictionary<ulong, CodePlace> calls = [];
    private readonly Dictionary<ulong, CodePlace> functions = [];
    private readonly List<PclnFrame> scratch = [];

    /// <summary>
    /// The call before a return address, such as g.gopc; the innermost inlined function that holds it.
    /// </summary>
    public CodePlace BeforeReturnAddress(ulong address)
    {
        if (calls.TryGetValue(address, out CodePlace place))
            return place;
        ulong pc = address - loadBias;
        scratch.Clear();
        bool isKnown = address != 0 && pcln.TryFindFunction(pc, out GoFunction function)
            && pcln.Expand(function, pc > function.Entry ? pc - 1 : pc, scratch) > 0;
        if (isKnown)
            place = new CodePlace(scratch[0].Function, scratch[0].File, scratch[0].Line, scratch[0].FuncId);
        calls.Add(address, place);
        return place;
    }

    /// <summary>The function that holds an address, such as g.startpc; without a line.</summary>
    public CodePlace FunctionAt(ulong address)
    {
        if (functions.TryGetValue(address, out CodePlace place))
            return place;
        if (address != 0 && pcln.TryFindFunction(address - loadBias, out GoFunction function))
            place = new CodePlace(pcln.Name(function), null, null, function.FuncId);
        functions.Add(address, place);
        return place;
    }
}
