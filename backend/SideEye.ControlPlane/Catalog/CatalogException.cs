namespace SideEye.ControlPlane.Catalog;

/// <summary>What is wrong with a change of the catalog.</summary>
public enum CatalogError
{
    /// <summary>What was given is not right.</summary>
    Invalid = 1,

    /// <summary>There is no such thing.</summary>
    NotFound = 2,

    /// <summary>Somebody else changed it first.</summary>
    Conflict = 3,

    /// <summary>The catalog cannot be read or written.</summary>
    Broken = 4,
}

/// <summary>The catalog cannot do as asked; the message says of what, why and what to do.</summary>
public sealed class CatalogException(CatalogError error, string message, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>What kind of failure it is.</summary>
    public CatalogError Error => error;
}
