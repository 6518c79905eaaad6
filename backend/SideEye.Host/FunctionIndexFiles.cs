using System.Security.Cryptography;
using System.Text;
using SideEye.Linux;

namespace SideEye.Host;

/// <summary>
/// Indexes of functions on disk, one a build id, so that a program is gone through only once. A file that is missing,
/// damaged or of another version is made again; a folder that cannot be written to only costs time.
/// </summary>
public sealed class FunctionIndexFiles
{
    private const int FilesMax = 64;
    private const int NameMax = 64;
    private const string Extension = ".functions";
    private readonly string folder;

    /// <summary>Indexes in a folder; it is made when the first is kept.</summary>
    public FunctionIndexFiles(string folder) => this.folder = folder;

    /// <summary>
    /// /var/cache/side-eye/index for root, which uses nobody else's files; else side-eye/index in XDG_CACHE_HOME or
    /// ~/.cache.
    /// </summary>
    public static FunctionIndexFiles Default
    {
        get
        {
            if (Privileges.IsRoot)
                return new FunctionIndexFiles("/var/cache/side-eye/index");
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache) || !Path.IsPathRooted(cache))
                cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return new FunctionIndexFiles(Path.Combine(cache, "side-eye", "index"));
        }
    }

    /// <summary>The kept index of a program, mapped; null when there is none.</summary>
    public MappedFile? TryOpen(string buildId)
    {
        string path = PathOf(buildId);
        try
        {
            return File.Exists(path) ? MappedFile.Open(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps an index, whole or not at all; false when that is not possible.</summary>
    public bool TryKeep(string buildId, ReadOnlySpan<byte> index)
    {
        string path = PathOf(buildId);
        string partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(partial, index);
            File.Move(partial, path, overwrite: true);
            RemoveOldest();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(partial);
            return false;
        }
    }

    // A linker's build id is hexadecimal. Go's own has slashes and is long: its hash costs the start of a library.
    private string PathOf(string buildId)
    {
        bool isName = buildId.Length is > 0 and <= NameMax && buildId.All(char.IsAsciiHexDigit);
        string name = isName
            ? buildId : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(buildId)))[..40];
        return Path.Combine(folder, name + Extension);
    }

    private void RemoveOldest()
    {
        FileInfo[] files = new DirectoryInfo(folder).GetFiles("*" + Extension);
        if (files.Length <= FilesMax)
            return;
        Array.Sort(files, (left, right) => left.LastWriteTimeUtc.CompareTo(right.LastWriteTimeUtc));
        for (int i = 0; i < files.Length - FilesMax; i++)
            TryDelete(files[i].FullName);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed stays until another time.
        }
    }
}
