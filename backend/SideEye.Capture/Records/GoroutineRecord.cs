using System.Runtime.InteropServices;
using SideEye.Target.Native;

namespace SideEye.Capture.Records;

/// <summary>
/// A goroutine as the probe wrote it: its runtime.g, and its stack unless that is in a memory record.
/// </summary>
internal readonly ref struct GoroutineRecord
{
    private static readonly int FixedBytes = Marshal.SizeOf<NativeGoroutineRecord>();

    private readonly NativeGoroutineRecord record;
    private readonly ReadOnlyMemory<byte> body;

    private GoroutineRecord(NativeGoroutineRecord record, ReadOnlyMemory<byte> body)
    {
        this.record = record;
        this.body = body;
    }

    /// <summary>Reads what follows a record's header; false when the lengths in it do not fit together.</summary>
    /// <param name="body">What follows the header.</param>
    /// <param name="gBytes">Size of the runtime.g in this Go version.</param>
    /// <param name="goroutine">The record.</param>
    public static bool TryRead(ReadOnlyMemory<byte> body, int gBytes, out GoroutineRecord goroutine)
    {
        goroutine = default;
        if (body.Length < FixedBytes + NativeLimits.GBytesMax)
            return false;
        NativeGoroutineRecord record = MemoryMarshal.Read<NativeGoroutineRecord>(body.Span);
        goroutine = new GoroutineRecord(record, body[FixedBytes..]);
        bool isWhole = record.GBytes <= NativeLimits.GBytesMax && record.GBytes >= (uint)gBytes;
        // Without its runtime.g a goroutine is only counted.
        isWhole |= goroutine.Flags.HasFlag(NativeGoroutineFlags.GUnreadable);
        uint room = (uint)(goroutine.body.Length - NativeLimits.GBytesMax);
        return isWhole && record.StackBytes <= int.MaxValue && !(goroutine.HasInlineStack && record.StackBytes > room);
    }

    /// <summary>Address of the runtime.g.</summary>
    public ulong Address => record.G;

    /// <summary>Position in runtime.allgs.</summary>
    public ulong Index => record.Index;

    /// <summary>Address of the first byte of the stack; 0 without one.</summary>
    public ulong StackStart => record.StackStart;

    /// <summary>What became of it.</summary>
    public NativeGoroutineFlags Flags => (NativeGoroutineFlags)record.Flags;

    /// <summary>The bytes of the runtime.g.</summary>
    public ReadOnlySpan<byte> G => body.Span[..(int)record.GBytes];

    /// <summary>True when the stack is in this record.</summary>
    public bool HasInlineStack =>
        record.StackBytes != 0 && !Flags.HasFlag(NativeGoroutineFlags.StackDeferred);

    /// <summary>The used part of the stack, from wherever it was copied to; empty when it was not.</summary>
    public ReadOnlyMemory<byte> Stack(CopiedMemory memory)
    {
        int length = (int)record.StackBytes;
        if (HasInlineStack)
            return body.Slice(NativeLimits.GBytesMax, length);
        if (length == 0 || !memory.TryFind(new(record.StackStart), length, out ReadOnlyMemory<byte> bytes))
            return default;
        return bytes[..length];
    }
}
