using System.Buffers.Binary;
using SideEye.Capture.Records;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Goroutines;
using SideEye.Target.Native;

namespace SideEye.Capture.Tests;

/// <summary>
/// Lengths that do not fit cost a goroutine and nothing else. The native library writes records, but their contents
/// come from a process that we do not trust, and we run as root.
/// </summary>
public sealed class Records_from_a_hostile_target(Zoo zoo) : IClassFixture<Zoo>
{
    private GLayout Layout => zoo.Binary.Layout.G;

    [Theory]
    [InlineData(0u)]
    [InlineData(7u)]
    [InlineData(33u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void A_record_of_an_impossible_size_ends_its_region(uint size)
    {
        byte[] region = new MadeRecords().Add(NativeRecordKind.Thread, new byte[24], size).Region;
        RecordCursor cursor = new(region);
        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void The_records_before_it_are_read()
    {
        byte[] region = new MadeRecords().Add(NativeRecordKind.Memory, new byte[16])
            .Add(NativeRecordKind.Goroutine, new byte[8], size: 0).Region;
        RecordCursor cursor = new(region);
        Assert.True(cursor.MoveNext());
        Assert.Equal((NativeRecordKind.Memory, 16), (cursor.Kind, cursor.Body.Length));
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void A_region_shorter_than_a_header_has_no_records()
    {
        RecordCursor cursor = new(new byte[7]);
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void A_thread_record_that_is_too_short_is_none() =>
        Assert.False(ThreadRecord.TryRead(new byte[47], out StoppedThread _));

    [Fact]
    public void A_sound_goroutine_becomes_a_row()
    {
        byte[] stack = new byte[0x1000];
        Decoded decoded = Decoded.From(zoo, new MadeRecords().Goroutine(Bytes(), 0xc000047000, stack).Region);
        Assert.Equal(1, decoded.Goroutines);
        Assert.Equal([7L], decoded.Ids);
        Assert.Null(decoded.ProcessError);
    }

    [Theory]
    [InlineData(0u, null)]
    [InlineData(100u, null)]
    [InlineData(513u, null)]
    [InlineData(uint.MaxValue, null)]
    [InlineData(null, 4097u)]
    [InlineData(null, 0x80000000u)]
    [InlineData(null, uint.MaxValue)]
    public void A_goroutine_with_impossible_lengths_is_counted_and_the_next_one_is_read(uint? gBytes, uint? stackBytes)
    {
        byte[] stack = new byte[0x1000];
        byte[] region = new MadeRecords()
            .Goroutine(Bytes(), 0xc000047000, stack, gBytes, stackBytes)
            .Goroutine(Bytes(), 0xc000047000, stack).Region;
        Decoded decoded = Decoded.From(zoo, region);
        Assert.Equal(1, decoded.Goroutines);
        Assert.StartsWith("1 goroutines could not be read", decoded.ProcessError);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(40)]
    [InlineData(551)]
    public void A_goroutine_record_that_is_too_short_is_counted(int length)
    {
        Decoded decoded =
            Decoded.From(zoo, new MadeRecords().Add(NativeRecordKind.Goroutine, new byte[length]).Region);
        Assert.Equal(0, decoded.Goroutines);
        Assert.NotNull(decoded.ProcessError);
    }

    [Fact]
    public void Whatever_bytes_a_target_puts_into_its_records_decoding_ends()
    {
        byte[] sound = new MadeRecords()
            .Add(NativeRecordKind.Thread, new byte[48])
            .Add(NativeRecordKind.Memory, MadeRecords.Memory(0xc000050000, new byte[64]))
            .Goroutine(Bytes(GoroutineStatus.Waiting), 0xc000047000, new byte[0x200])
            .Goroutine(Bytes(GoroutineStatus.Running), 0xc000047000, new byte[0x200])
            .Goroutine(Bytes(GoroutineStatus.Syscall), 0, [], stackBytes: 64, flags: NativeGoroutineFlags.StackDeferred)
            .Region;
        Random random = new(20260802);
        for (int round = 0; round < 3000; round++)
        {
            byte[] region = [.. sound];
            for (int changes = random.Next(1, 12); changes > 0; changes--)
                Spoil(region, random);
            Decoded.From(zoo, region);
        }
    }

    private byte[] Bytes(GoroutineStatus status = GoroutineStatus.Waiting) =>
        new MadeG { Status = status, Labels = 0xc000050000, SyscallSp = 0xc000047800 }.Bytes(Layout);

    private static void Spoil(byte[] region, Random random)
    {
        ulong[] nasty =
            [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, ulong.MaxValue, 0xc000047000, 0x401000, 0xc000050000];
        int at = random.Next(region.Length - 8) & ~3;
        if (random.Next(2) == 0)
            region[at + random.Next(8)] = (byte)random.Next(256);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(region.AsSpan(at), nasty[random.Next(nasty.Length)]);
    }
}
