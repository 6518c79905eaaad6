using System.Buffers;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

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

    /// <summary>st_dev of the file that was mapped first.</summary>
    public ulong Device { get; private init; }

    /// <summary>st_ino of the file that was mapped first.</summary>
    public ulong Inode { get; private init; }

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
        FileNumbers.TryRead(stream.SafeFileHandle, out ulong device, out ulong inode);
        return new MappedFile(file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), (int)stream.Length)
        {
            Device = device, Inode = inode,
        };
    }

    /// <summary>
    /// Maps another file with the same contents in the place of this one: every address stays what it is, while others
    /// read there as well. So the first file may go, and be written to.
    /// </summary>
    /// <param name="other">The other file; that it has the same contents is for the caller to know.</param>
    /// <returns>False, and nothing has changed, when it has another length or cannot be mapped.</returns>
    public bool TryMoveTo(SafeFileHandle other)
    {
        ArgumentNullException.ThrowIfNull(other);
        bool isMoved = RandomAccess.GetLength(other) == length
            && LibC.Map(start, (nuint)length, LibC.MayRead, LibC.SharedInPlace, (int)other.DangerousGetHandle(), 0)
            == (nint)start;
        GC.KeepAlive(other);
        return isMoved;
    }

    /// <summary>Lets go of the pages that were looked at: who looks again finds them in the page cache.</summary>
    public void LetGo() => _ = LibC.Advise(start, (nuint)length, LibC.NotNeeded);

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
