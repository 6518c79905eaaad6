using System.Buffers.Binary;
using SideEye.Elf;
using SideEye.GoRuntime;

namespace SideEye.Fuzz;

/// <summary>
/// Cuts a few neighbouring functions out of a Go program's pclntab, with what they refer to, so that a seed of a few
/// kilobytes has what the linker writes. The layout is of cmd/link/internal/ld/pcln.go, Go 1.18 on.
/// </summary>
internal sealed class PclntabSlice
{
    private const int Functions = 5;
    private const int HeaderBytes = 72;
    private const int InlineTree = 3;
    private const int ArgumentsLive = 6;
    private const int SmallTableBytes = 64; // of argument words and of their liveness, where they end is not recorded
    private readonly byte[] table;
    private readonly byte[] functionData;
    private readonly int entryBytes;
    private readonly int fixedBytes;
    private readonly SeedTable names = new(0);
    private readonly SeedTable files = new(0);
    private readonly SeedTable unitFiles = new(0);
    private readonly SeedTable pcValues = new(1); // 0 means: no table
    private readonly SeedTable data = new(0);
    private readonly SeedTable records = new(0);

    private PclntabSlice(byte[] table, byte[] functionData)
    {
        this.table = table;
        this.functionData = functionData;
        bool hasStartLine = Word(table, 0) == 0xfffffff1; // since Go 1.20
        entryBytes = hasStartLine ? 16 : 20;
        fixedBytes = hasStartLine ? 44 : 40;
    }

    public static byte[] Take(string program, string function)
    {
        ElfFile elf = ElfFile.Open(File.ReadAllBytes(program));
        GoBinary binary = GoBinary.Open(elf);
        GoFunction first = binary.Pcln.FindByName(function)
            ?? throw new ArgumentException($"{program} has no function {function}");
        PclntabSlice slice = new(RestOfSection(elf, binary.ModuleData.PcHeader),
            RestOfSection(elf, binary.ModuleData.GoFunc));
        byte[] seed = slice.Build(first.Index, Math.Min(Functions, binary.Pcln.FunctionCount - first.Index));
        byte[] wrapping = new byte[PclntabWalk.HeaderBytes];
        wrapping[0] = (byte)(binary.Version.Minor - 19);
        BinaryPrimitives.WriteInt32LittleEndian(wrapping.AsSpan(4), seed.Length);
        return [.. wrapping, .. seed, .. slice.data.Bytes];
    }

    private byte[] Build(int first, int count)
    {
        int oldFunctions = Sub(64);
        SeedTable index = new(0);
        uint start = Word(table, oldFunctions + first * 8);
        for (int i = first; i < first + count; i++)
        {
            index.Add(Word(table, oldFunctions + i * 8) - start);
            index.Add((uint)(count * 8 + 4 + records.Count));
            CopyRecord(oldFunctions + (int)Word(table, oldFunctions + i * 8 + 4), start);
        }

        index.Add(Word(table, oldFunctions + (first + count) * 8) - start);
        byte[] header = table[..HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), (ulong)count);
        List<byte> built = [];
        SeedTable[] parts = [names, unitFiles, files, pcValues];
        for (int i = 0; i <= parts.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32 + i * 8), (ulong)(HeaderBytes + built.Count));
            if (i < parts.Length)
                built.AddRange(parts[i].Bytes);
        }

        return [.. header, .. built, .. index.Bytes, .. records.Bytes];
    }

    // runtime/runtime2.go, _func: entry, name, args, deferreturn, pcsp, pcfile, pcln, npcdata, cuOffset, ...
    private void CopyRecord(int record, uint start)
    {
        byte[] copy = table[record..(record + fixedBytes)];
        int pcdata = (int)Word(copy, 28);
        int funcdata = copy[^1];
        int lists = record + fixedBytes;
        Write(copy, 0, Word(copy, 0) - start);
        Write(copy, 4, Text(names, Sub(32), Word(copy, 4)));
        Write(copy, 32, CopyFiles(Word(copy, 32), Word(copy, 20)));
        for (int at = 16; at <= 24; at += 4)
            Write(copy, at, CopyPcValues(Word(copy, at), out _));
        records.Add(copy);
        int lastInlined = -1;
        for (int i = 0; i < pcdata; i++)
        {
            records.Add(CopyPcValues(Word(table, lists + i * 4), out int largest));
            if (i == 2) // PCDATA_InlTreeIndex
                lastInlined = largest;
        }

        for (int i = 0; i < funcdata; i++)
        {
            uint offset = Word(table, lists + (pcdata + i) * 4);
            bool isRead = offset != uint.MaxValue && i is >= InlineTree and <= ArgumentsLive and not 4;
            records.Add(!isRead ? uint.MaxValue : i == InlineTree ? CopyTree(offset, lastInlined + 1)
                : data.Add(functionData.AsSpan((int)offset, SmallTableBytes)));
        }
    }

    private uint CopyTree(uint offset, int entries)
    {
        byte[] tree = functionData[(int)offset..((int)offset + entries * entryBytes)];
        for (int at = entryBytes == 16 ? 4 : 12; at < tree.Length; at += entryBytes)
            Write(tree, at, Text(names, Sub(32), Word(tree, at)));
        return data.Add(tree);
    }

    // The files of a compile unit by number; those that the function does not name are left out.
    private uint CopyFiles(uint unit, uint fileNumbers)
    {
        CopyPcValues(fileNumbers, out int largest);
        uint copied = (uint)unitFiles.Count / 4;
        for (uint number = 0; number <= largest; number++)
        {
            uint offset = Word(table, Sub(40) + (int)(unit + number) * 4);
            unitFiles.Add(offset == uint.MaxValue ? offset : Text(files, Sub(48), offset));
        }

        return copied;
    }

    private uint CopyPcValues(uint offset, out int largest)
    {
        largest = -1;
        if (offset == 0)
            return 0;
        int from = Sub(56) + (int)offset;
        int at = from;
        int value = -1;
        for (bool isFirst = true; ; isFirst = false)
        {
            uint change = Varint(ref at);
            if (change == 0 && !isFirst)
                break;
            value += (int)(change >> 1) ^ -(int)(change & 1);
            largest = Math.Max(largest, value);
            Varint(ref at);
        }

        return pcValues.Add(table.AsSpan(from..at));
    }

    private uint Varint(ref int at)
    {
        uint value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = table[at++];
            value |= (next & 0x7fu) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private uint Text(SeedTable to, int start, uint offset)
    {
        ReadOnlySpan<byte> rest = table.AsSpan(start + (int)offset);
        return to.Add(rest[..(rest.IndexOf((byte)0) + 1)]);
    }

    private int Sub(int headerField) => (int)BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(headerField));

    private static byte[] RestOfSection(ElfFile elf, ulong address)
    {
        ElfSection section = elf.Sections.First(s => s.Address != 0 && address - s.Address < s.Size);
        return elf.ReadSection(section).ToArray()[(int)(address - section.Address)..];
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static void Write(Span<byte> bytes, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], value);
}
