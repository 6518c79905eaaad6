using System.Runtime.InteropServices;
using SideEye.Dwarf;
using SideEye.Elf;

namespace SideEye.GoRuntime.Types;

/// <summary>
/// The entries of types by the offset of the runtime's description. It is one block of bytes, so that it can be kept
/// and mapped.
/// </summary>
/// <remarks>Layout, of 4-byte words, little-endian like every processor that we run on: offsets from moduledata.types,
/// ascending, each once; then as many offsets of entries.</remarks>
internal sealed class RuntimeTypeIndex
{
    private const string Part = "runtime types";
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly int count;

    private RuntimeTypeIndex(ReadOnlyMemory<byte> bytes)
    {
        this.bytes = bytes;
        count = bytes.Length / (2 * sizeof(uint));
    }

    /// <summary>Offsets of all entries.</summary>
    public IEnumerable<ulong> Entries
    {
        get
        {
            for (int i = 0; i < count; i++)
                yield return Words[count + i];
        }
    }

    private ReadOnlySpan<uint> Words => MemoryMarshal.Cast<byte, uint>(bytes.Span);

    /// <summary>The index that was kept, or a new one.</summary>
    /// <param name="dwarf">The debug information.</param>
    /// <param name="unit">Name of the unit that has the types; all are gone through when it has none.</param>
    public static RuntimeTypeIndex Of(DwarfFile dwarf, string unit)
    {
        if (dwarf.Elf.Kept is { } kept && kept.TryGet(Part, dwarf.Identity, out ReadOnlyMemory<byte> bytes)
            && bytes.Length % (2 * sizeof(uint)) == 0)
        {
            return new RuntimeTypeIndex(bytes);
        }

        SortedDictionary<uint, uint> found = [];
        foreach (DwarfUnit each in dwarf.Units)
        {
            if (each.Name == unit)
                AddUnit(each, found);
        }

        if (found.Count == 0)
        {
            foreach (DwarfUnit each in dwarf.Units)
                AddUnit(each, found);
        }

        uint[] words = [.. found.Keys, .. found.Values];
        return new RuntimeTypeIndex(MemoryMarshal.AsBytes(words.AsSpan()).ToArray());
    }

    /// <summary>The index, to be kept for the next time.</summary>
    public KeptPart ToKeep(DwarfFile dwarf) => new(Part, dwarf.Identity, bytes);

    /// <summary>The entry of the type described at an offset, or null.</summary>
    public DebugInfoOffset? Find(ulong runtimeType)
    {
        ReadOnlySpan<uint> words = Words;
        int found = runtimeType > uint.MaxValue ? -1 : words[..count].BinarySearch((uint)runtimeType);
        return found < 0 ? null : new DebugInfoOffset(words[count + found]);
    }

    private static void AddUnit(DwarfUnit unit, SortedDictionary<uint, uint> index)
    {
        DieCursor entry = unit.Entries();
        while (entry.MoveNext())
        {
            // The attribute is on types only; asking others for it would cost most of the time.
            bool isType = entry.Depth == 1 && entry.Tag is DwarfTag.StructureType or DwarfTag.PointerType
                or DwarfTag.Typedef or DwarfTag.BaseType or DwarfTag.ArrayType or DwarfTag.SubroutineType;
            // No file that we open is so large that a description could lie beyond 4 GiB.
            if (isType && entry.TryGet(DwarfAttribute.GoRuntimeType, out AttributeValue value)
                && TypeEntry.RuntimeTypeOf(value) is { } offset and <= uint.MaxValue)
            {
                index.TryAdd((uint)offset, (uint)entry.Offset.Value);
            }
        }
    }
}
