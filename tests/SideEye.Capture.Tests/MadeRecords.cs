using System.Runtime.InteropServices;
using SideEye.Capture.Records;
using SideEye.Target.Native;

namespace SideEye.Capture.Tests;

/// <summary>Records as the native library writes them, by hand.</summary>
internal sealed class MadeRecords
{
    private readonly List<byte> region = [];

    /// <summary>The region so far.</summary>
    public byte[] Region => [.. region];

    /// <summary>Adds a record; the size in its header can be a lie.</summary>
    public MadeRecords Add(NativeRecordKind kind, ReadOnlySpan<byte> body, uint? size = null)
    {
        byte[] padded = new byte[(body.Length + 7) & ~7];
        body.CopyTo(padded);
        region.AddRange(Of(new NativeRecordHeader { Size = size ?? (uint)(8 + padded.Length), Kind = (uint)kind }));
        region.AddRange(padded);
        return this;
    }

    /// <summary>Adds a goroutine whose stack begins at <paramref name="stackStart"/>.</summary>
    public MadeRecords Goroutine(
        byte[] g, ulong stackStart, byte[] stack, uint? gBytes = null, uint? stackBytes = null,
        NativeGoroutineFlags flags = 0)
    {
        NativeGoroutineRecord record = new()
        {
            G = 0xc000001000,
            StackStart = stackStart,
            GBytes = gBytes ?? (uint)g.Length,
            StackBytes = stackBytes ?? (uint)stack.Length,
            Flags = (uint)flags,
        };
        byte[] room = new byte[NativeLimits.GBytesMax];
        g.CopyTo(room, 0);
        return Add(NativeRecordKind.Goroutine, [.. Of(record), .. room, .. stack]);
    }

    /// <summary>The body of a memory record.</summary>
    public static byte[] Memory(ulong address, byte[] bytes, ulong? count = null) =>
        [.. Of(new NativeMemoryRecord { Address = address, Bytes = count ?? (ulong)bytes.Length }), .. bytes];

    /// <summary>A piece of memory that holds these words.</summary>
    public static CopiedMemory Piece(CopiedMemory memory, ulong address, params ReadOnlySpan<ulong> words)
    {
        memory.Add(Memory(address, MemoryMarshal.AsBytes(words).ToArray()));
        return memory;
    }

    private static byte[] Of<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes([value]).ToArray();
}
