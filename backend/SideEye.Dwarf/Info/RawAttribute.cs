namespace SideEye.Dwarf;

/// <summary>
/// An attribute as it stands in the section. <paramref name="Value"/> is the number, the index or the offset; for
/// blocks and inline strings the offset of the first byte, with <paramref name="Length"/> bytes.
/// </summary>
internal readonly record struct RawAttribute(DwarfForm Form, ulong Value, int Length, ulong Position);
