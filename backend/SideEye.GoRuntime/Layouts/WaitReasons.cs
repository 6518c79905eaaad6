using System.Buffers.Binary;
using System.Text;
using SideEye.Elf;

namespace SideEye.GoRuntime;

/// <summary>
/// The texts of g.waitreason. Their numbers change between Go versions, so the binary's own runtime.waitReasonStrings
/// are read when a symbol names them; else the built-in table of its version has them.
/// </summary>
public sealed class WaitReasons
{
    private static readonly Lazy<BuiltInTable> Table = new(() => BuiltInTable.Load("wait-reasons.tsv", keyColumns: 1));
    private readonly string[] texts;

    private WaitReasons(string[] texts, bool areFromBinary)
    {
        this.texts = texts;
        AreFromBinary = areFromBinary;
    }

    /// <summary>How many there are.</summary>
    public int Count => texts.Length;

    /// <summary>True when they were read from the binary, false when from the built-in table.</summary>
    public bool AreFromBinary { get; }

    /// <summary>The text of a number; <c>unknown wait reason N</c> beyond the list.</summary>
    public string this[int number] =>
        (uint)number < (uint)texts.Length ? texts[number] : $"unknown wait reason {number}";

    /// <summary>The texts of a version, or null when the table has no column for it.</summary>
    public static WaitReasons? BuiltIn(GoVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        int column = Table.Value.ColumnOf(version);
        if (column < 0)
            return null;
        List<string> texts = [];
        foreach ((string[] _, string cell) in Table.Value.Cells(column))
            texts.Add(cell == "\"\"" ? "" : cell);
        return new WaitReasons([.. texts], areFromBinary: false);
    }

    /// <summary>Reads the binary's own texts, or null when no symbol names them or they are not in the file.</summary>
    public static WaitReasons? FromSymbol(ElfFile elf, ElfFile? debugFile, GoLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(elf);
        limits ??= GoLimits.Default;
        const string name = "runtime.waitReasonStrings";
        const int headerBytes = 16;
        if ((elf.FindSymbol(name) ?? debugFile?.FindSymbol(name)) is not { } symbol)
            return null;
        ulong count = symbol.Size / headerBytes;
        if (count == 0 || count > (ulong)limits.WaitReasonsMax)
            return null;
        string[] texts = new string[count];
        Span<byte> header = stackalloc byte[headerBytes];
        for (int i = 0; i < texts.Length; i++)
        {
            if (!elf.TryReadRelocated(symbol.Value + (ulong)(i * headerBytes), header))
                return null;
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header);
            if (length > (ulong)limits.NameBytesMax)
                return null;
            ReadOnlyMemory<byte> text = default;
            if (length != 0 && !elf.TryBytesAt(address, (int)length, out text))
                return null;
            texts[i] = Encoding.UTF8.GetString(text.Span);
        }
        return new WaitReasons(texts, areFromBinary: true);
    }
}
