using System.Globalization;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Keeps a second control plane out of a data folder, for as long as this one lives.</summary>
internal sealed class FolderLock : IDisposable
{
    /// <summary>The file that is locked.</summary>
    public const string LockName = "control-plane.lock";

    /// <summary>The file that says who locked it: a locked file cannot be read.</summary>
    public const string PidName = "control-plane.pid";

    private readonly FileStream file;

    private FolderLock(FileStream file) => this.file = file;

    /// <summary>Locks a folder.</summary>
    /// <exception cref="CatalogException">Another control plane has it, or it cannot be written.</exception>
    public static FolderLock Take(string folder)
    {
        FileStream file;
        try
        {
            // .NET asks the kernel for flock(LOCK_EX): it ends with the process, however that ends.
            file = new FileStream(
                Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotWritable(folder, e);
        }
        catch (IOException e)
        {
            if (Owner(folder) is not string owner)
                throw NotWritable(folder, e);
            throw new CatalogException(CatalogError.Conflict,
                $"the data folder {folder} is in use by another control plane (process {owner}); end it, or give "
                + "this one a folder of its own", e);
        }
        try
        {
            File.WriteAllText(
                Path.Combine(folder, PidName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            return new FolderLock(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw NotWritable(folder, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static CatalogException NotWritable(string folder, Exception cause) => new(
        CatalogError.Broken, $"the data folder {folder} cannot be written: {cause.Message}", cause);

    private static string? Owner(string folder)
    {
        try
        {
            using StreamReader reader = new(Path.Combine(folder, PidName));
            return int.TryParse(reader.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                ? pid.ToString(CultureInfo.InvariantCulture) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
