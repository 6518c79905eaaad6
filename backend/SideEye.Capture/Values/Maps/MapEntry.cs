using SideEye.Target;

namespace SideEye.Capture.Values.Maps;

/// <summary>An entry of a map.</summary>
/// <param name="Key">Where its key is.</param>
/// <param name="Element">Where its element is.</param>
internal readonly record struct MapEntry(TargetAddress Key, TargetAddress Element);

/// <summary>What came of reading a map.</summary>
/// <param name="Reason">Why nothing could be read; else null.</param>
/// <param name="IsNil">True for a nil map.</param>
/// <param name="Count">Entries that the map says it has.</param>
internal readonly record struct MapScan(string? Reason, bool IsNil, ulong Count);
