using SideEye.GoRuntime.Functions;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Binding;

/// <summary>Bytes of a frame that hold a secret.</summary>
/// <param name="Variable">Whose they are.</param>
/// <param name="Code">Where the debug information says so.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record SecretPlace(GoVariable Variable, PcSpan Code, FrameBlank Bytes)
{
    /// <summary>True when they may hold it at a site. A home is one for the whole call, and keeps its contents where
    /// the variable is not in scope.</summary>
    public bool IsAt(FrameSite site) => Variable.HasFixedPlace || Variable.IsOnlyInMemory
        || (Code.Low < site.High && site.Low < Code.High);

    /// <summary>True when another variable that is captured has some of the bytes.</summary>
    public bool IsShared(ValueSource source)
    {
        if (source.Variable is not { } other
            || (other.Name == Variable.Name && other.DeclarationLine == Variable.DeclarationLine))
        {
            return false;
        }
        foreach (VariablePiece piece in source.Pieces)
        {
            if (piece.Kind == PlaceKind.Frame && piece.Value < Bytes.End && Bytes.Offset < piece.Value + piece.Bytes)
                return true;
        }
        return false;
    }

    /// <summary>True when both have that home for the whole call and are in scope: nobody can tell whose contents are
    /// there.</summary>
    public bool MayBe(ValueSource source, FrameSite site) => IsShared(source)
        && Variable.HasFixedPlace && source.Variable!.HasFixedPlace && Code.Contains(site.Low - 1);
}
