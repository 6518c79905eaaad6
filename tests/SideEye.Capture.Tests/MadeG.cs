using System.Buffers.Binary;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Goroutines;

namespace SideEye.Capture.Tests;

/// <summary>A runtime.g by hand.</summary>
internal sealed record MadeG
{
    public long Id { get; init; } = 7;

    public GoroutineStatus Status { get; init; } = GoroutineStatus.Waiting;

    public ulong StackLow { get; init; } = 0xc000040000;

    public ulong StackHigh { get; init; } = 0xc000048000;

    public ulong Sp { get; init; } = 0xc000047000;

    public ulong Pc { get; init; } = 0x401000;

    public ulong SyscallSp { get; init; }

    public long WaitSince { get; init; }

    public byte TrackingSeq { get; init; }

    public ulong Labels { get; init; }

    /// <summary>The structure's bytes in the layout of a Go version.</summary>
    public byte[] Bytes(GLayout layout)
    {
        byte[] bytes = new byte[layout.Size];
        void Word(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(offset), value);
        Word(layout.Goid, (ulong)Id);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(layout.AtomicStatus), (uint)Status);
        Word(layout.StackLo, StackLow);
        Word(layout.StackHi, StackHigh);
        Word(layout.SchedSp, Sp);
        Word(layout.SchedPc, Pc);
        Word(layout.SyscallSp, SyscallSp);
        Word(layout.WaitSince, (ulong)WaitSince);
        Word(layout.Labels, Labels);
        bytes[layout.TrackingSeq] = TrackingSeq;
        return bytes;
    }

    /// <summary>The structure as the decoder looks at it.</summary>
    public GoroutineView View(GLayout layout) => new(layout, Bytes(layout));
}
