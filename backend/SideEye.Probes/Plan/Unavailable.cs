namespace SideEye.Probes.Plan;

/// <summary>Why a variable cannot be had at a site, whatever the memory says: <c>capture_errors.reason</c>.</summary>
public static class Unavailable
{
    /// <summary>The block that declares it is not entered here.</summary>
    public const string NotInScope = "not in scope here";

    /// <summary>The compiler keeps it nowhere at this pc.</summary>
    public const string OptimisedOut = "optimised out at this pc";

    /// <summary>It is in a register, which the call of the next frame has overwritten.</summary>
    public const string OnlyInRegister = "only in a register here";

    /// <summary>Its declaration is not passed yet.</summary>
    public const string NotAssigned = "not assigned yet at this line";

    /// <summary>The name stands for a variable of another type here, to which the expression does not fit.</summary>
    public const string OtherType = "a variable of another type here";

    /// <summary>The compiler gave its place to a secret as well, and whose value is there cannot be told.</summary>
    public const string SharedWithSecret = "redacted: shares its place with a secret";

    /// <summary>A generic function runs for several types, and which of them it is cannot be told here.</summary>
    public const string UnknownTypeArguments = "type arguments not known here";
}
