namespace SideEye.Probes.Keeping;

/// <summary>What was kept of a capture does not hold what it should; it is compiled again.</summary>
internal sealed class DamagedCaptureException(string problem) : Exception(problem)
{
}
