using System.IO.Compression;
using SideEye.Target;

namespace SideEye.Elf.Tests;

/// <summary>What was decompressed at an earlier time is used only as it was, and for the same file.</summary>
public sealed class What_is_kept_of_a_file
{
    private static readonly byte[] Contents = [.. Enumerable.Range(0, 5_000).Select(static i => (byte)(i / 7))];

    [Fact]
    public void A_kept_section_is_used_and_not_decompressed_again()
    {
        // Its start and its end tell a section from others, so the test breaks it in the middle.
        byte[] contents = Random(20_000);
        byte[] file = Compressed(contents);
        KeptParts kept = KeptParts.TryOpen(Kept(file))!;
        ElfSection section = ElfFile.Open(file).FindSection(".debug_info")!;
        file.AsSpan((int)section.Offset + 8_000, 20).Fill(0xff);
        Assert.Throws<BadElfException>(() => ElfFile.Open(file).ReadSection(section));
        Assert.Equal(contents, ElfFile.Open(file).With(kept).ReadSection(section).ToArray());
    }

    [Fact]
    public void Parts_come_back_whole_whatever_their_length()
    {
        KeptPart[] parts =
        [
            new("first", 1, new byte[] { 1, 2, 3 }), new("empty", 2, default), new(new string('n', 31), 3, Contents),
        ];
        KeptParts kept = KeptParts.TryOpen(Joined(KeptParts.Write(parts)))!;
        foreach (KeptPart part in parts)
        {
            Assert.True(kept.TryGet(part.Name, part.Identity, out ReadOnlyMemory<byte> bytes));
            Assert.Equal(part.Bytes.ToArray(), bytes.ToArray());
        }

        Assert.False(kept.TryGet("second", 1, out _));
        Assert.False(kept.TryGet(new string('n', 32), 3, out _));
        Assert.Throws<ArgumentException>(() => KeptParts.Write([new(new string('n', 32), 0, default)]));
    }

    [Fact]
    public void A_part_with_any_byte_changed_is_not_used()
    {
        byte[] whole = Joined(KeptParts.Write([new("a", 7, Contents.AsMemory(0, 200)), new("b", 7, Contents)]));
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x10;
            bool isNoticed = false;
            KeptParts? kept = KeptParts.TryOpen(damaged, () => isNoticed = true);
            foreach ((string name, byte[] contents) in new[] { ("a", Contents[..200]), ("b", Contents) })
            {
                // What is not in a part may change without harm: the gaps between them.
                if (kept is not null && kept.TryGet(name, 7, out ReadOnlyMemory<byte> bytes))
                    Assert.Equal(contents, bytes.ToArray());
                else
                    Assert.True(kept is null || isNoticed);
            }
        }
    }

    [Fact]
    public void Bytes_of_any_length_and_shape_are_refused_without_an_exception()
    {
        byte[] whole = Joined(KeptParts.Write([new("a", 7, Contents)]));
        for (int length = 0; length < whole.Length; length += 3)
        {
            KeptParts? cut = KeptParts.TryOpen(whole.AsMemory(0, length));
            Assert.False(cut is not null && cut.TryGet("a", 7, out _));
            Assert.Null(cut?.TryOpenPart("a", 7, static () => Contents));
        }

        Assert.Null(KeptParts.TryOpen(Contents));
    }

    [Fact]
    public void Parts_of_an_older_layout_are_not_used()
    {
        byte[] whole = Joined(KeptParts.Write([new("a", 7, Contents)]));
        Assert.NotNull(KeptParts.TryOpen(whole));
        whole[4] = 1;
        Assert.Null(KeptParts.TryOpen(whole));
    }

    [Fact]
    public void A_part_that_is_read_in_pieces_is_right_whichever_byte_is_changed()
    {
        byte[] contents = Random(9_000);
        byte[] whole = Joined(KeptParts.Write([new("a", 7, contents)]));
        int partStart = whole.AsSpan().IndexOf(contents);
        for (int at = 0; at < whole.Length; at += at >= partStart && at < partStart + contents.Length ? 97 : 1)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x10;
            int noticed = 0;
            int made = 0;
            byte[] MakeAnew()
            {
                made++;
                return [.. contents];
            }

            CheckedBytes? part = KeptParts.TryOpen(damaged, () => noticed++)?.TryOpenPart("a", 7, MakeAnew);
            int[] starts = [8_500, 100, 4_090, 0, 8_999, 4_096];
            foreach (int start in part is null ? [] : starts)
                Assert.Equal(contents.AsSpan(start, 1), part!.Slice(start, 1));
            if (part is not null)
            {
                Assert.Equal(contents.AsSpan(4_000, 3_000), part.Slice(4_000, 3_000));
                Assert.Equal(contents, part.Whole.ToArray());
            }

            bool isOfPart = at >= partStart && at < partStart + contents.Length;
            Assert.Equal(isOfPart ? (1, 1) : (0, 0), (made, part is null ? 0 : noticed));
        }
    }

    [Fact]
    public void A_damaged_piece_that_nobody_reads_harms_nobody()
    {
        byte[] contents = Random(20_000);
        byte[] damaged = Joined(KeptParts.Write([new("a", 7, contents)]));
        int partStart = damaged.AsSpan().IndexOf(contents);
        damaged[partStart + 19_000] ^= 1;
        bool isNoticed = false;
        CheckedBytes part = KeptParts.TryOpen(damaged, () => isNoticed = true)!.TryOpenPart("a", 7, () => contents)!;
        ReadOnlySpan<byte> before = part.Slice(0, 16_000);
        Assert.Equal(contents.AsSpan(0, 16_000), before);
        Assert.False(isNoticed);
        Assert.Equal(contents.AsSpan(18_000, 2_000), part.Slice(18_000, 2_000));
        Assert.True(isNoticed);
        Assert.Equal(contents.AsSpan(0, 16_000), before);
        Assert.Throws<ArgumentOutOfRangeException>(() => part.Slice(19_999, 2).Length);
    }

    [Fact]
    public void A_cursor_reads_the_same_of_pieces_as_of_the_whole()
    {
        // Long strings and numbers that lie across the ends of pieces.
        byte[] contents = Random(30_000);
        contents.AsSpan(3_000, 12_000).Fill(1);
        contents[15_000] = 0;
        contents.AsSpan(16_380, 6).Fill(0x81);
        contents[16_386] = 0;
        byte[] kept = Joined(KeptParts.Write([new("a", 7, contents)]));
        int partStart = kept.AsSpan().IndexOf(contents);
        foreach (int damage in new[] { -1, 0, 5_000, 14_999, 16_384, 29_999 })
        {
            byte[] damaged = [.. kept];
            if (damage >= 0)
                damaged[partStart + damage] = 0;
            CheckedBytes part = KeptParts.TryOpen(damaged)!.TryOpenPart("a", 7, () => contents)!;
            ByteCursor cursor = new(part, "a", 3_000, 29_000);
            Assert.Equal(contents.AsSpan(3_000, 12_000), cursor.ReadNulTerminated());
            cursor.Position = 16_380;
            Assert.Equal(new ByteCursor(contents, "a", 16_380).ReadUleb128(), cursor.ReadUleb128());
            cursor.Position = 8_190;
            Assert.Equal(BitConverter.ToUInt32(contents, 8_190), cursor.ReadUInt32());
            cursor.Skip(4_096);
            Assert.Equal(BitConverter.ToUInt64(contents, 12_290), cursor.ReadUInt64());
            cursor.Position = 28_996;
            Assert.Equal(4, cursor.Remaining);
            Assert.Equal(contents.AsSpan(28_996, 4), cursor.ReadBytes(4));
            Assert.True(cursor.AtEnd);
            cursor.Position = 0;
            Assert.Equal(contents[0], cursor.ReadByte());
        }

        Assert.Throws<MalformedFileException>(static () =>
            new ByteCursor(new CheckedBytes(Random(100)), "a", 90, 95).ReadUInt64());
        Assert.Throws<MalformedFileException>(static () => new ByteCursor(new CheckedBytes(default), "a", 1, 0));
    }

    [Fact]
    public void What_was_kept_of_a_file_with_other_contents_is_not_used()
    {
        byte[] other = [.. Contents];
        other[2_500] ^= 1;
        bool isNoticed = false;
        ElfFile elf = ElfFile.Open(Compressed(Contents));
        elf = elf.With(KeptParts.TryOpen(Kept(Compressed(other)), () => isNoticed = true));
        Assert.Equal(Contents, elf.ReadSection(elf.FindSection(".debug_info")!).ToArray());
        Assert.True(isNoticed);
    }

    private static byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Kept(byte[] file)
    {
        ElfFile elf = ElfFile.Open(file);
        ElfSection section = elf.FindSection(".debug_info")!;
        return Joined(KeptParts.Write([new(section.Name, elf.IdentityOf(section), elf.ReadSection(section))]));
    }

    private static byte[] Joined(IReadOnlyList<ReadOnlyMemory<byte>> pieces) =>
        [.. pieces.SelectMany(static piece => piece.ToArray())];

    private static byte[] Compressed(byte[] contents)
    {
        using MemoryStream packed = new();
        packed.Write([1, 0, 0, 0, 0, 0, 0, 0]);
        packed.Write(BitConverter.GetBytes((long)contents.Length));
        packed.Write(BitConverter.GetBytes(1L));
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(contents);
        return new ElfBuilder().Section(".debug_info", packed.ToArray(), flags: 0x800).Build();
    }
}
