using SideEye.Spec.Model;

namespace SideEye.Probes.Keeping;

/// <summary>
/// What problems are about, by name: specs that capture the same may say so in other places, and problems are told with
/// those of the spec at hand.
/// </summary>
internal sealed class SpecPlaces
{
    private readonly Dictionary<string, FunctionSpec> functions = new(StringComparer.Ordinal);
    private readonly Dictionary<SourcePosition, Named> names = [];
    private readonly Dictionary<Named, SourcePosition> positions = [];

    /// <summary>The places of a spec.</summary>
    public SpecPlaces(CaptureSpec spec)
    {
        foreach (FunctionSpec function in spec.Functions)
        {
            functions.TryAdd(function.Function, function);
            Add(new Named(false, function.Function, null), function.At);
            foreach (ExpressionSpec capture in function.Captures)
                Add(new Named(false, function.Function, capture.Column), capture.At);
        }
        foreach (TypeSpec type in spec.Types)
        {
            Add(new Named(true, type.Type, null), type.At);
            foreach (ExpressionSpec capture in type.Captures)
                Add(new Named(true, type.Type, capture.Column), capture.At);
        }
    }

    /// <summary>A function of the spec.</summary>
    /// <exception cref="DamagedCaptureException">It has none of the name.</exception>
    public FunctionSpec Function(string name) => functions.TryGetValue(name, out FunctionSpec? function)
        ? function : throw new DamagedCaptureException($"the spec has no function {name}");

    /// <summary>Writes what is at a place.</summary>
    /// <exception cref="CannotKeepException">Nothing is.</exception>
    public void Write(SourcePosition at, KeptWriter to)
    {
        if (!names.TryGetValue(at, out Named named))
            throw new CannotKeepException("a problem without a place");
        to.Flag(named.IsType);
        to.Text(named.Name);
        to.Text(named.Column);
    }

    /// <summary>Reads what it is, and says where it is now.</summary>
    /// <exception cref="DamagedCaptureException">The spec has no such thing.</exception>
    public SourcePosition Read(KeptReader from) =>
        positions.TryGetValue(new Named(from.Flag(), from.Text(), from.TextOrNull()), out SourcePosition at)
            ? at : throw new DamagedCaptureException("a problem is about nothing in the spec");

    private void Add(Named named, SourcePosition at)
    {
        names.TryAdd(at, named);
        positions.TryAdd(named, at);
    }

    private readonly record struct Named(bool IsType, string Name, string? Column);
}
