using System.Runtime.InteropServices;
using SideEye.Target.Native;

namespace SideEye.Capture.Records;

/// <summary>
/// Steps through the records of one region. The native side wrote them, yet every length is checked: their contents
/// come from the target.
/// </summary>
internal struct RecordCursor(ReadOnlyMemory<byte> region)
{
    private static readonly int HeaderBytes = Marshal.SizeOf<NativeRecordHeader>();

    private int next;

    /// <summary>What follows the header of the current record.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Kind of the current record.</summary>
    public NativeRecordKind Kind { get; private set; }

    /// <summary>Moves to the next record; false at the end of the region.</summary>
    public bool MoveNext()
    {
        if (region.Length - next < HeaderBytes)
            return false;
        NativeRecordHeader header = MemoryMarshal.Read<NativeRecordHeader>(region.Span[next..]);
        if (header.Size < HeaderBytes || header.Size > region.Length - next)
            return false;
        Kind = (NativeRecordKind)header.Kind;
        Body = region.Slice(next + HeaderBytes, (int)header.Size - HeaderBytes);
        next += (int)header.Size;
        return true;
    }
}
