namespace SideEye.ControlPlane.Catalog;

/// <summary>Says with which spec snapshots are taken now.</summary>
public interface ISpecsInForce
{
    /// <summary>The spec at this moment.</summary>
    SpecInForce Current { get; }

    /// <summary>Raised, on any thread, after <see cref="Current"/> has changed.</summary>
    event Action? Changed;
}
