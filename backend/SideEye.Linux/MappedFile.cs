using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace SideEye.Linux;

/// <summary>
/// A file as memory: nothing is read until it is looked at, and nothing twice. A running program's file cannot be
/// written to (ETXTBSY), so the mapping does not change under us.
/// </summary>
public sealed unsafe class MappedFile : MemoryManager<byte>
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;
    private readonly int length;

    private MappedFile(MemoryMappedFile file, MemoryMappedViewAccessor view, int length)
    {
        this.file = file;
        this.view = view;
        this.length = length;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    /// <summary>Largest file we map: a span holds no more.</summary>
    public const long BytesMax = int.MaxValue - 4096;

    /// <summary>Maps <paramref name="path"/> read-only.</summary>
    /// <exception cref="IOException">The file is missing, empty, too large, or may not be read.</exception>
    public static MappedFile Open(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        if (stream.Length is 0 or > BytesMax)
        {
            throw new IOException(
                $"{path} has {stream.Length} bytes; a program has more than 0 and at most {BytesMax}");
        }
        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new MappedFile(
            file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), (int)stream.Length);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(start, length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
