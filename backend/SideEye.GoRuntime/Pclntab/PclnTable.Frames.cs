using SideEye.Target;

namespace SideEye.GoRuntime;

/// <content>Names, files, lines and inlined calls.</content>
public sealed partial class PclnTable
{
    private const string Unknown = "?";

    private readonly InternedStrings names;
    private readonly InternedStrings files;
    private PclnNameIndex? nameIndex;

    /// <summary>Full name of a function; the same string object each time.</summary>
    /// <exception cref="MalformedFileException">The name lies outside the table.</exception>
    public string Name(in GoFunction function) => names[function.NameOffset];

    /// <summary>The name at an offset of the name table, as function records and inline trees hold it.</summary>
    internal string NameAt(uint nameOffset) => names[nameOffset];

    /// <summary>Name of a function as the bytes of the binary, without making a string.</summary>
    /// <exception cref="MalformedFileException">The name lies outside the table.</exception>
    public ReadOnlySpan<byte> NameUtf8(in GoFunction function) => names.Utf8(function.NameOffset);

    /// <summary>
    /// Finds a function by its full name. Of several with one name (an ABI wrapper beside the function itself) the
    /// first
    /// that is no wrapper counts.
    /// </summary>
    /// <returns>Null when no physical function has that name; it may exist as inlined copies only.</returns>
    /// <exception cref="MalformedFileException">A function's name lies outside the table.</exception>
    public GoFunction? FindByName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        PclnNameIndex index = nameIndex ??= PclnNameIndex.Build(this);
        return index.Find(name);
    }

    /// <summary>
    /// Appends the source-level frames at a pc, innermost first; the last is the physical function itself.
    /// Wrappers are included.
    /// </summary>
    /// <param name="function">The physical function that holds <paramref name="pc"/>.</param>
    /// <param name="pc">
    /// Link-time address of the instruction that executes: for a return address the caller passes the address before
    /// it.
    /// </param>
    /// <param name="frames">Receives the frames.</param>
    /// <returns>How many frames were appended, at least 1.</returns>
    /// <exception cref="MalformedFileException">
    /// The tables are broken, or nest beyond <see cref="GoLimits.InlineDepthMax"/>.
    /// </exception>
    public int Expand(in GoFunction function, ulong pc, List<PclnFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ReadOnlySpan<byte> bytes = table.Span;
        // FUNCDATA 3 is an array of runtime.inlinedCall (symtabinl.go, 20 bytes with other offsets up to 1.19).
        bool hasTree = TryFuncdata(bytes, function, FuncdataInlineTree, out ReadOnlySpan<byte> tree);
        int depth = 0;
        int inner = int.MaxValue;
        while (hasTree && TryPcdata(bytes, function, PcdataInlineTreeIndex, pc, out int index) && index >= 0)
        {
            // A call is entered into the tree after the one it lies in. Compilers up to 1.27 at least emit package
            // initialisers whose very first instruction is inlined and named as its own parent's position: the chain
            // ends there, and where the function made that call is recorded nowhere.
            if (index >= inner)
            {
                frames.Add(new PclnFrame(Name(function), Unknown, 0, IsInlined: false, function.FuncId, pc));
                return depth + 1;
            }
            inner = index;
            if (++depth > limits.InlineDepthMax)
                Broken(Record(function), $"inlined calls nest deeper than {limits.InlineDepthMax}");
            pc = AddInlined(bytes, function, tree, index, pc, frames);
        }
        FileAndLine(bytes, function, pc, out string outerFile, out int outerLine);
        frames.Add(new PclnFrame(Name(function), outerFile, outerLine, IsInlined: false, function.FuncId, pc));
        return depth + 1;
    }

    /// <summary>Appends an inlined call and gives the pc of the place that it was inlined into.</summary>
    private ulong AddInlined(
        ReadOnlySpan<byte> bytes, in GoFunction function, ReadOnlySpan<byte> tree, int index, ulong pc,
        List<PclnFrame> frames)
    {
        int entryBytes = header.HasStartLine ? 16 : 20;
        long at = (long)index * entryBytes;
        if (at + entryBytes > tree.Length)
            Broken(Record(function), $"inline tree entry {index} lies outside the binary's read-only data");
        ReadOnlySpan<byte> call = tree.Slice((int)at, entryBytes);
        string name = names[Word(call, header.HasStartLine ? 4 : 12)];
        GoFuncId id = FuncIdOf(call[header.HasStartLine ? 0 : 2]);
        FileAndLine(bytes, function, pc, out string file, out int line);
        frames.Add(new PclnFrame(name, file, line, IsInlined: true, id, pc));
        // The parent's position lies in the same physical function by definition.
        return function.Entry + Word(call, header.HasStartLine ? 8 : 16);
    }

    /// <summary>File and line of a pc, of the innermost inlined call when there is one.</summary>
    /// <param name="function">The physical function that holds <paramref name="pc"/>.</param>
    /// <param name="pc">Link-time address of the instruction.</param>
    /// <param name="file">Path as compiled, or <c>?</c>.</param>
    /// <param name="line">1-based, or 0.</param>
    /// <returns>False when the table has no position here.</returns>
    /// <exception cref="MalformedFileException">The tables are broken.</exception>
    public bool TryFileAndLine(in GoFunction function, ulong pc, out string file, out int line) =>
        FileAndLine(table.Span, function, pc, out file, out line);

    private bool FileAndLine(
        ReadOnlySpan<byte> bytes, in GoFunction function, ulong pc, out string file, out int line)
    {
        // runtime/symtab.go funcline1: either of the two missing makes both unknown.
        int record = Record(function);
        file = Unknown;
        bool known = TryPcValue(bytes, Word(bytes, record + 24), function, pc, out line);
        known &= TryPcValue(bytes, Word(bytes, record + 20), function, pc, out int fileNumber);
        if (!known || line < 0 || fileNumber < 0)
        {
            line = 0;
            return false;
        }
        uint unit = Word(bytes, record + 32);
        long at = header.UnitFiles + ((unit + (long)(uint)fileNumber) * 4);
        if (at > header.Files - 4)
            Broken(at, "file number lies outside the compile unit table");
        uint offset = Word(bytes, (int)at);
        if (offset == uint.MaxValue)
        {
            line = 0;
            return false;
        }
        file = files[offset];
        return true;
    }
}
