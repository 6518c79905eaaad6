using System.Buffers.Binary;
using System.Text;

namespace SideEye.Elf;

/// <summary>.symtab and its names. Enumerating and finding allocate nothing per symbol.</summary>
public sealed class ElfSymbolTable
{
    private const int RowSize = 24; // Elf64_Sym
    private const ushort ExtendedIndex = 0xffff; // SHN_XINDEX
    private readonly ReadOnlyMemory<byte> rows;
    private readonly ReadOnlyMemory<byte> names;
    private readonly ReadOnlyMemory<byte> extendedIndexes;
    private readonly string namesSection;
    private readonly ElfLimits limits;
    private readonly Lazy<SymbolNameIndex> index;

    private ElfSymbolTable(
        ReadOnlyMemory<byte> rows, ReadOnlyMemory<byte> names, ReadOnlyMemory<byte> extendedIndexes,
        string namesSection, ElfLimits limits)
    {
        this.rows = rows;
        this.names = names;
        this.extendedIndexes = extendedIndexes;
        this.namesSection = namesSection;
        this.limits = limits;
        Count = rows.Length / RowSize;
        index = new Lazy<SymbolNameIndex>(BuildIndex);
    }

    /// <summary>Symbols in the table, the empty first one included.</summary>
    public int Count { get; }

    /// <summary>The defined symbol with this name (a global one before a local one), or null.</summary>
    public ElfSymbol? Find(string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        return Find(utf8);
    }

    /// <summary>The defined symbol with this UTF-8 name (a global one before a local one), or null.</summary>
    public ElfSymbol? Find(ReadOnlySpan<byte> utf8Name)
    {
        if (Count == 0 || utf8Name.Contains((byte)0))
            return null;
        ReadOnlySpan<byte> rowBytes = rows.Span;
        ReadOnlySpan<byte> nameBytes = names.Span;
        SymbolNameIndex byName = index.Value;
        for (int i = byName.First(utf8Name); i >= 0; i = byName.Next(i))
        {
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(rowBytes[(i * RowSize)..]);
            if (SymbolNameIndex.NameEquals(nameBytes, offset, utf8Name))
                return Read(rowBytes, extendedIndexes.Span, i);
        }

        return null;
    }

    /// <summary>Enumerates all symbols in file order.</summary>
    public Enumerator GetEnumerator() => new(this);

    internal static ElfSymbolTable Read(ElfFile file)
    {
        ElfSection? table = null;
        foreach (ElfSection section in file.Sections)
        {
            if (section.Type == ElfSectionType.SymbolTable)
                table = section;
        }

        if (table is null)
            return new ElfSymbolTable(default, default, default, "", file.Limits);
        ReadOnlyMemory<byte> rows = file.ReadSection(table);
        if (rows.Length % RowSize != 0 || table.EntrySize != RowSize)
            throw new BadElfException(table.Name, 0, $"size {rows.Length} is not a number of {RowSize}-byte entries");
        if (rows.Length / RowSize > file.Limits.SymbolsMax)
        {
            throw new BadElfException(table.Name, 0,
                $"{rows.Length / RowSize} symbols pass the limit of {file.Limits.SymbolsMax}");
        }

        if (table.Link >= (uint)file.Sections.Length)
            throw new BadElfException(table.Name, 0, $"string table {table.Link} is not among the sections");
        ElfSection names = file.Sections[(int)table.Link];
        return new ElfSymbolTable(
            rows, file.ReadSection(names), ExtendedIndexesOf(file, table), names.Name, file.Limits);
    }

    internal ReadOnlySpan<byte> NameAt(uint offset)
    {
        if (offset >= (uint)names.Length)
            throw new BadElfException(namesSection, offset, "symbol name lies beyond the string table");
        ReadOnlySpan<byte> rest = names.Span[(int)offset..];
        int length = rest[..(int)Math.Min(rest.Length, limits.SymbolNameBytesMax + 1L)].IndexOf((byte)0);
        if (length >= 0)
            return rest[..length];
        throw new BadElfException(namesSection, offset, rest.Length <= limits.SymbolNameBytesMax
            ? "symbol name has no terminating NUL"
            : $"symbol name passes the limit of {limits.SymbolNameBytesMax} bytes");
    }

    private static ReadOnlyMemory<byte> ExtendedIndexesOf(ElfFile file, ElfSection table)
    {
        foreach (ElfSection section in file.Sections)
        {
            if (section.Type == ElfSectionType.SymbolSectionIndexes && section.Link == (uint)table.Index)
                return file.ReadSection(section);
        }

        return default;
    }

    private SymbolNameIndex BuildIndex()
    {
        ReadOnlySpan<byte> rowBytes = rows.Span;
        ReadOnlySpan<byte> nameBytes = names.Span;
        SymbolNameIndex.Builder builder = new(Count);
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> row = rowBytes.Slice(i * RowSize, RowSize);
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(row);
            bool defined = BinaryPrimitives.ReadUInt16LittleEndian(row[6..]) != 0;
            bool named = (ElfSymbolKind)(row[4] & 0xf) is not (ElfSymbolKind.File or ElfSymbolKind.Section);
            if (defined && named && offset != 0 && offset < (uint)nameBytes.Length)
                builder.Add(i, nameBytes[(int)offset..]);
        }

        return builder.Build();
    }

    private ElfSymbol Read(ReadOnlySpan<byte> rowBytes, ReadOnlySpan<byte> extended, int i)
    {
        ReadOnlySpan<byte> row = rowBytes.Slice(i * RowSize, RowSize);
        uint section = BinaryPrimitives.ReadUInt16LittleEndian(row[6..]);
        if (section == ExtendedIndex)
        {
            if (extended.Length / 4 <= i)
                throw new BadElfException(".symtab", (ulong)i * RowSize, "extended section index is missing");
            section = BinaryPrimitives.ReadUInt32LittleEndian(extended[(i * 4)..]);
        }

        return new ElfSymbol(
            this,
            BinaryPrimitives.ReadUInt32LittleEndian(row),
            row[4],
            section,
            BinaryPrimitives.ReadUInt64LittleEndian(row[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(row[16..]));
    }

    /// <summary>A position among the symbols.</summary>
    public ref struct Enumerator
    {
        private readonly ElfSymbolTable table;
        private readonly ReadOnlySpan<byte> rows;
        private readonly ReadOnlySpan<byte> extended;
        private int position;

        internal Enumerator(ElfSymbolTable table)
        {
            this.table = table;
            rows = table.rows.Span;
            extended = table.extendedIndexes.Span;
            position = -1;
        }

        /// <summary>The symbol at this position.</summary>
        /// <exception cref="BadElfException">Its extended section index is missing.</exception>
        public readonly ElfSymbol Current => table.Read(rows, extended, position);

        /// <summary>Steps to the next symbol; false at the end.</summary>
        public bool MoveNext() => ++position < table.Count;
    }
}
