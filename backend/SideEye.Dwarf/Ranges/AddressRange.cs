namespace SideEye.Dwarf;

/// <summary>Link-time addresses from <paramref name="Low"/> up to but not including <paramref name="High"/>.</summary>
/// <param name="Low">First address.</param>
/// <param name="High">The address after the last.</param>
public readonly record struct AddressRange(ulong Low, ulong High)
{
    /// <summary>True for addresses in the range.</summary>
    public bool Contains(ulong address) => address >= Low && address < High;
}
