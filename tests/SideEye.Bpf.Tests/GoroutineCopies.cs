using System.Runtime.InteropServices;
using SideEye.Target.Native;

namespace SideEye.Bpf.Tests;

/// <summary>One reader's copy of a goroutine.</summary>
internal sealed record GoroutineCopy(NativeGoroutineRecord Record, byte[] G, byte[] Stack)
{
    /// <summary>What must be the same whoever copied; how a stack came here may differ.</summary>
    public (ulong, ulong, uint, uint, NativeGoroutineFlags) Facts => (
        Record.G, Record.StackStart, Record.StackBytes, Record.GBytes,
        (NativeGoroutineFlags)Record.Flags & ~NativeGoroutineFlags.StackDeferred);
}

/// <summary>The records of regions, taken apart by the test's own code.</summary>
internal sealed class GoroutineCopies
{
    private static readonly int HeaderBytes = Marshal.SizeOf<NativeRecordHeader>();
    private static readonly int GoroutineBytes = Marshal.SizeOf<NativeGoroutineRecord>();
    private static readonly int MemoryBytes = Marshal.SizeOf<NativeMemoryRecord>();

    private readonly List<(ulong Address, byte[] Bytes)> memory = [];
    private readonly FrozenRead read;

    public GoroutineCopies(FrozenRead read)
    {
        this.read = read;
        for (int region = 0; region < read.RegionCount; region++)
            ForEach(region, AddMemory);
    }

    /// <summary>Goroutine records of a region, in order.</summary>
    public List<GoroutineCopy> In(int region)
    {
        List<GoroutineCopy> copies = [];
        ForEach(region, (kind, body) =>
        {
            if (kind == NativeRecordKind.Goroutine)
                copies.Add(Read(body));
        });
        return copies;
    }

    private void ForEach(int region, Action<NativeRecordKind, byte[]> action)
    {
        ReadOnlySpan<byte> rest = read.Region(region).Span;
        while (rest.Length > 0)
        {
            NativeRecordHeader header = MemoryMarshal.Read<NativeRecordHeader>(rest);
            Assert.InRange(header.Size, (uint)HeaderBytes, (uint)rest.Length);
            Assert.Equal(0u, header.Size % 8);
            action((NativeRecordKind)header.Kind, rest[HeaderBytes..(int)header.Size].ToArray());
            rest = rest[(int)header.Size..];
        }
    }

    private void AddMemory(NativeRecordKind kind, byte[] body)
    {
        if (kind != NativeRecordKind.Memory)
            return;
        NativeMemoryRecord record = MemoryMarshal.Read<NativeMemoryRecord>(body);
        memory.Add((record.Address, body[MemoryBytes..(MemoryBytes + (int)record.Bytes)]));
    }

    private GoroutineCopy Read(byte[] body)
    {
        NativeGoroutineRecord record = MemoryMarshal.Read<NativeGoroutineRecord>(body);
        byte[] g = body[GoroutineBytes..(GoroutineBytes + (int)record.GBytes)];
        if (record.StackBytes == 0)
            return new GoroutineCopy(record, g, []);
        bool isElsewhere = ((NativeGoroutineFlags)record.Flags).HasFlag(NativeGoroutineFlags.StackDeferred);
        int start = GoroutineBytes + NativeLimits.GBytesMax;
        byte[] stack = isElsewhere
            ? memory.First(piece => piece.Address == record.StackStart && piece.Bytes.Length >= record.StackBytes)
                .Bytes[..(int)record.StackBytes]
            : body[start..(start + (int)record.StackBytes)];
        return new GoroutineCopy(record, g, stack);
    }
}
