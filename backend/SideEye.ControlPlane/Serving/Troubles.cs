using System.Globalization;
using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Serving;

/// <summary>What is wrong with the data folder and the spec now, in words.</summary>
internal sealed class Troubles(ControlPlaneFolder folder, string path, ServingLimits limits)
{
    /// <summary>All of it; empty when all is well.</summary>
    public IReadOnlyList<string> Now()
    {
        string?[] all = [Disk(), CatalogFile(), Spec()];
        return [.. all.OfType<string>()];
    }

    private string? Disk()
    {
        try
        {
            long left = new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;
            return left >= limits.DiskFreeMin ? null : string.Create(CultureInfo.InvariantCulture,
                $"only {left >> 20} MiB are left on the disk of {path}: make room, or keep fewer snapshots");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"the disk of {path} cannot be asked: {e.Message}";
        }
    }

    private string? CatalogFile()
    {
        try
        {
            folder.Audit.Read(null, 1);
            return null;
        }
        catch (CatalogException e)
        {
            return e.Message;
        }
    }

    private string? Spec()
    {
        var problems = folder.Specs.Problems;
        return problems.Length == 0 ? null : problems.Length == 1 ? $"the spec: {problems[0]}"
            : $"the spec: {problems[0]} and {problems.Length - 1} more problems";
    }
}
