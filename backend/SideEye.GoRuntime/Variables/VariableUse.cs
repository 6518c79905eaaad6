namespace SideEye.GoRuntime;

/// <summary>How a piece of code touches a package-level variable.</summary>
internal enum VariableUseKind
{
    /// <summary>Reads a 64-bit word.</summary>
    Load,

    /// <summary>Publishes a word: what atomic.Store and atomicstorep compile to (XCHG, STLR).</summary>
    ReleaseStore,
}

/// <summary>One such touch, in the order of the code.</summary>
/// <param name="Kind">Read or published.</param>
/// <param name="Address">Link-time address of the word.</param>
/// <param name="StoredFrom">For a store: the address that the value was loaded from, when that is known.</param>
internal readonly record struct VariableUse(VariableUseKind Kind, ulong Address, ulong? StoredFrom);

/// <summary>What a register holds, as far as straight decoding can tell.</summary>
internal struct RegisterContent
{
    /// <summary>An address that was computed, or null.</summary>
    public ulong? Address;

    /// <summary>The address that the value was loaded from, or null.</summary>
    public ulong? LoadedFrom;
}
