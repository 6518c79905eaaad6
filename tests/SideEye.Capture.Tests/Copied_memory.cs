using SideEye.Capture.Records;
using SideEye.Target;

namespace SideEye.Capture.Tests;

/// <summary>What was copied can be read, and nothing else.</summary>
public sealed class Copied_memory
{
    private readonly CopiedMemory memory = new();

    [Fact]
    public void A_piece_is_read_from_its_first_to_its_last_byte()
    {
        memory.Add(MadeRecords.Memory(0x1000, [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal([1, 2], Read(0x1000, 2));
        Assert.Equal([7, 8], Read(0x1006, 2));
        Assert.Null(Read(0x0fff, 2));
        Assert.Null(Read(0x1007, 2));
        Assert.Null(Read(0x1008, 1));
        Assert.Null(Read(0x2000, 1));
    }

    [Fact]
    public void A_piece_within_a_longer_one_hides_nothing_of_it()
    {
        memory.Add(MadeRecords.Memory(0x1000, [.. Enumerable.Range(0, 64).Select(value => (byte)value)]));
        memory.Add(MadeRecords.Memory(0x1010, [16, 17]));
        Assert.Equal([16, 17, 18, 19], Read(0x1010, 4));
        Assert.Equal([32], Read(0x1020, 1));
    }

    [Fact]
    public void A_piece_that_could_not_be_read_is_not_there()
    {
        memory.Add(MadeRecords.Memory(0x1000, [1, 2, 3, 4], count: 0));
        Assert.Null(Read(0x1000, 1));
    }

    [Theory]
    [InlineData(9UL)]
    [InlineData(1UL << 31)]
    [InlineData(ulong.MaxValue)]
    public void A_piece_that_claims_more_than_it_has_is_not_there(ulong count)
    {
        memory.Add(MadeRecords.Memory(0x1000, [1, 2, 3, 4, 5, 6, 7, 8], count));
        Assert.Null(Read(0x1000, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public void A_record_too_short_for_a_piece_is_none(int length)
    {
        memory.Add(new byte[length]);
        Assert.Null(Read(0, 1));
    }

    [Fact]
    public void The_end_of_the_address_space_is_no_beginning()
    {
        memory.Add(MadeRecords.Memory(ulong.MaxValue - 3, [1, 2, 3, 4]));
        Assert.Equal([4], Read(ulong.MaxValue, 1));
        Assert.Null(Read(ulong.MaxValue, 2));
        Assert.Null(Read(0, 1));
    }

    private byte[]? Read(ulong address, int count)
    {
        byte[] bytes = new byte[count];
        return memory.TryRead(new TargetAddress(address), bytes) ? bytes : null;
    }
}
