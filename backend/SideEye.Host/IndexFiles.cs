using System.Security.Cryptography;
using System.Text;
using SideEye.Elf;
using SideEye.Linux;
using SideEye.Probes.Keeping;

namespace SideEye.Host;

/// <summary>
/// What was found out about programs, on disk by build id, so that a program is gone through only once: an index of its
/// functions, the parts of its debug information that take long to decompress or to collect, and what specs were
/// compiled to. A file that is missing, damaged, of another version or of another program is made again; a folder that
/// cannot be written to only costs time.
/// </summary>
public sealed class IndexFiles
{
    /// <summary>Most bytes of one compiled capture that is kept; a larger one is compiled again each time. That of
    /// the packs for a large program has 1.5 million.</summary>
    public const long CaptureBytesMax = 64L << 20;

    private const int ProgramsMax = 64;
    private const long BytesMax = 2L << 30;
    private const int CapturesMax = 256;
    private const long CapturesBytesMax = 256L << 20;
    private const int NameMax = 64;
    private const string Functions = ".functions";
    private const string Parts = ".parts";
    private const string Capture = ".capture";
    private readonly string folder;

    /// <summary>Indexes in a folder; it is made when the first is kept.</summary>
    public IndexFiles(string folder) => this.folder = folder;

    /// <summary>
    /// /var/cache/side-eye/index for root, which uses nobody else's files; else side-eye/index in XDG_CACHE_HOME or
    /// ~/.cache.
    /// </summary>
    public static IndexFiles Default
    {
        get
        {
            if (Privileges.IsRoot)
                return new IndexFiles("/var/cache/side-eye/index");
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache) || !Path.IsPathRooted(cache))
                cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return new IndexFiles(Path.Combine(cache, "side-eye", "index"));
        }
    }

    /// <summary>The kept index of a program's functions, mapped; null when there is none.</summary>
    public MappedFile? TryOpenFunctions(string buildId) => TryMap(PathOf(buildId, Functions));

    /// <summary>Keeps an index of functions, whole or not at all; false when that is not possible.</summary>
    public bool TryKeepFunctions(string buildId, ReadOnlyMemory<byte> index) =>
        TryKeep(PathOf(buildId, Functions), [index]);

    /// <summary>The kept parts of a program's debug information, mapped; null when there are none.</summary>
    public MappedFile? TryOpenParts(string buildId) => TryMap(PathOf(buildId, Parts));

    /// <summary>True when parts are kept.</summary>
    public bool HasParts(string buildId) => File.Exists(PathOf(buildId, Parts));

    /// <summary>Keeps parts, whole or not at all; false when that is not possible.</summary>
    public bool TryKeepParts(string buildId, IReadOnlyList<KeptPart> parts) =>
        TryKeep(PathOf(buildId, Parts), KeptParts.Write(parts));

    /// <summary>Forgets parts that cannot be used.</summary>
    public void RemoveParts(string buildId) => TryDelete(PathOf(buildId, Parts));

    /// <summary>A kept capture, mapped; null when there is none.</summary>
    public MappedFile? TryOpenCapture(CaptureKey key)
    {
        MappedFile? file = TryMap(PathOf(key));
        if (file is null || file.Memory.Length <= CaptureBytesMax)
            return file;
        ((IDisposable)file).Dispose();
        return null;
    }

    /// <summary>Keeps a capture, whole or not at all; false when that is not possible, or it is too large.</summary>
    public bool TryKeepCapture(CaptureKey key, IReadOnlyList<KeptPart> parts)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> pieces = KeptParts.Write(parts);
        return pieces.Sum(static piece => (long)piece.Length) <= CaptureBytesMax && TryKeep(PathOf(key), pieces);
    }

    /// <summary>Forgets a capture that cannot be used.</summary>
    public void RemoveCapture(CaptureKey key) => TryDelete(PathOf(key));

    private static MappedFile? TryMap(string path)
    {
        try
        {
            return File.Exists(path) ? MappedFile.Open(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private bool TryKeep(string path, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        string partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            Directory.CreateDirectory(folder);
            Write(partial, pieces);
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

    // Not everybody who may look into the folder may read the program.
    private static void Write(string path, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        using FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        foreach (ReadOnlyMemory<byte> piece in pieces)
            file.Write(piece.Span);
    }

    // A linker's build id is hexadecimal. Go's own has slashes and is long: its hash costs the start of a library.
    private string PathOf(string buildId, string extension)
    {
        bool isName = buildId.Length is > 0 and <= NameMax && buildId.All(char.IsAsciiHexDigit);
        string name = isName
            ? buildId : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(buildId)))[..40];
        return Path.Combine(folder, name + extension);
    }

    private string PathOf(CaptureKey key) => PathOf(key.BuildId, $".{key.Name}{Capture}");

    private void RemoveOldest()
    {
        DirectoryInfo files = new(folder);
        RemoveOldest(files.GetFiles("*" + Functions), ProgramsMax, BytesMax);
        RemoveOldest(files.GetFiles("*" + Parts), ProgramsMax, BytesMax);
        RemoveOldest(files.GetFiles("*" + Capture), CapturesMax, CapturesBytesMax);
    }

    private static void RemoveOldest(FileInfo[] files, int filesMax, long bytesMax)
    {
        Array.Sort(files, (left, right) => right.LastWriteTimeUtc.CompareTo(left.LastWriteTimeUtc));
        long bytes = 0;
        for (int i = 0; i < files.Length; i++)
        {
            bytes += files[i].Length;
            // The newest stays, however large.
            if (i > 0 && (i >= filesMax || bytes > bytesMax))
                TryDelete(files[i].FullName);
        }
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
