namespace SideEye.Probes.Keeping;

/// <summary>A capture has something that cannot be written down; it is compiled the next time.</summary>
internal sealed class CannotKeepException(string what) : Exception($"{what} cannot be kept")
{
}
