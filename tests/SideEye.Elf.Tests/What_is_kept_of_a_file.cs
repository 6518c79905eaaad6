using System.IO.Compression;

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
        }

        Assert.Null(KeptParts.TryOpen(Contents));
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
