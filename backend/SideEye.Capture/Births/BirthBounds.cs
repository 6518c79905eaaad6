namespace SideEye.Capture.Births;

/// <summary>Between which times a goroutine was created, nanoseconds of CLOCK_MONOTONIC.</summary>
/// <param name="AfterNs">It was not there yet; null when it was there at the first look already.</param>
/// <param name="BeforeNs">It was there; null when no look has seen it.</param>
public readonly record struct BirthBounds(long? AfterNs, long? BeforeNs);
