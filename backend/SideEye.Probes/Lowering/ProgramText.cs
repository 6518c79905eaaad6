using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using SideEye.GoRuntime;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>
/// A capture program in words, for people and reviewed goldens: with names instead of numbers and addresses, so that it
/// says the same as long as functions and types stay as they are.
/// </summary>
public sealed class ProgramText
{
    private readonly CaptureProgram program;
    private readonly PclnTable functions;
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, string> labels = [];
    private readonly Queue<uint> unwritten = new();
    private readonly StringBuilder text = new();

    private ProgramText(CaptureProgram program, PclnTable functions)
    {
        this.program = program;
        this.functions = functions;
    }

    /// <summary>Every frame, and every routine that frames lead to, an operation per line.</summary>
    /// <param name="program">The program.</param>
    /// <param name="functions">Of the binary it was compiled for.</param>
    /// <param name="types">Which dynamic types to list as well, with what they lead to; by their names.</param>
    public static string Of(CaptureProgram program, PclnTable functions, Func<string, bool>? types = null)
    {
        ProgramText writer = new(program, functions);
        writer.Line($"limits: {program.FrameBytesMax} bytes a frame, {program.BytesMax} a snapshot");
        writer.WriteFrames();
        writer.WriteRoutines();
        writer.WriteTypes(types ?? (static _ => false));
        return writer.text.ToString();
    }

    /// <summary>How many entries each table of the program has, and how many bytes they take.</summary>
    public static string SizesOf(CaptureProgram program)
    {
        int bytes = program.Encode(0, out NativeCaptureProgram header).Length;
        StringBuilder text = new();
        foreach ((string table, uint entries, int each) in (ReadOnlySpan<(string, uint, int)>)
        [
            ("operations", header.Ops, Unsafe.SizeOf<NativeCaptureOp>()),
            ("routines", header.Routines, Unsafe.SizeOf<NativeCaptureRoutine>()),
            ("pieces", header.Pieces, Unsafe.SizeOf<NativeCapturePiece>()),
            ("ranges", header.Ranges, Unsafe.SizeOf<NativeCaptureRange>()),
            ("types", header.Types, Unsafe.SizeOf<NativeCaptureType>()),
            ("constants", header.Constants, sizeof(ulong)),
            ("names", header.Names, sizeof(ulong)),
        ])
        {
            text.Append(CultureInfo.InvariantCulture, $"{table,-10} {entries,9} {entries * each,10} bytes\n");
        }
        return text.Append(CultureInfo.InvariantCulture, $"{"all",-10} {"",9} {bytes,10} bytes\n").ToString();
    }

    private void WriteFrames()
    {
        string inside = "";
        foreach (NativeCaptureRange range in program.Ranges)
        {
            // Pcs are return addresses: the first one may lie just behind a function, and the call within it.
            ulong low = program.TextStart + range.Low;
            if (!functions.TryFindFunction(low - 1, out GoFunction function))
                continue;
            string name = functions.Name(function);
            if (name != inside)
                Line($"\n{inside = name}");
            ulong high = program.TextStart + range.High;
            Line($"  +0x{low - function.Entry:x}..+0x{high - function.Entry:x} "
                + $"sp+{range.CfaOffset}: {LabelOf(range.Routine)}");
        }
    }

    private void WriteRoutines()
    {
        while (unwritten.TryDequeue(out uint number))
        {
            int bytes = program.ElementBytes(number);
            uint most = program.FrameBytes(number);
            string size = bytes != 0 ? $": {bytes} bytes{PiecesOf(program.Pieces(number).ToArray())}"
                : most != 0 && most != program.FrameBytesMax ? $": at most {most} bytes" : "";
            Line($"\n{LabelOf(number)}{size}");
            foreach (NativeCaptureOp op in program.Ops(number))
                Line($"  {Words(op)}");
        }
    }

    private void WriteTypes(Func<string, bool> isWanted)
    {
        List<(string Line, uint Routine)> wanted = [];
        for (int i = 0; i < program.Tables.Types.Length; i++)
        {
            NativeCaptureType type = program.Tables.Types[i];
            string name = program.Names.Types[i].Name;
            if (!isWanted(name))
                continue;
            string kind = type.Flags == (uint)NativeTypeFlags.Direct ? "itself" : "a pointer";
            string assertion = type.Number == 0 ? "" : $", assertion {type.Number}";
            wanted.Add(($"type {name}, held as {kind}{assertion}", type.Routine));
        }
        wanted.Sort(static (left, right) => string.CompareOrdinal(left.Line, right.Line));
        if (wanted.Count > 0)
            Line("");
        foreach ((string line, uint routine) in wanted)
            Line($"{line} -> {LabelOf(routine)}");
        WriteRoutines();
    }

    /// <summary>A name of its own for each routine; the first mention puts it on the list of those to be written.
    /// </summary>
    private string LabelOf(uint number)
    {
        if (number >= (uint)program.Tables.Routines.Length)
            return "nothing";
        if (labels.TryGetValue(number, out string? label))
            return label;
        string name = program.Names.Routines[(int)number].ToString();
        int count = taken[name] = taken.GetValueOrDefault(name) + 1;
        // The same type with other limits, or the same path with other steps behind it.
        label = count == 1 ? name : $"{name} #{count}";
        labels.Add(number, label);
        unwritten.Enqueue(number);
        return label;
    }

    private static string PiecesOf(NativeCapturePiece[] pieces) => pieces is [] ? ""
        : pieces is [{ Bytes: 0 }] ? ", none of them" : ", of them "
        + string.Join(", ", pieces.Select(Words));

    private static string Words(NativeCapturePiece piece) => $"{piece.Offset}..{piece.Offset + piece.Bytes}"
        + (piece.Name == 0 ? "" : $" {(piece.IsCopied == 0 ? "named" : "kept if named")} at {piece.Name - 1}");

    private string Words(in NativeCaptureOp op)
    {
        if ((NativeCaptureCode)op.Code == NativeCaptureCode.OnlyIf)
            return $"{op.Offset}: only with {program.Names.Constants[(int)op.Argument]} the next {op.Limit}";
        if ((NativeCaptureCode)op.Code == NativeCaptureCode.Blank)
            return $"{op.Offset}: {op.Limit} bytes blanked";
        NativeCaptureFlags flags = (NativeCaptureFlags)op.Flags;
        string depth = (op.Depth == 0 ? "" : $", depth {op.Depth}")
            + (flags.HasFlag(NativeCaptureFlags.KeepsDepth) ? ", free" : "");
        string word = flags.HasFlag(NativeCaptureFlags.EmptyInterface) ? "type" : "itab";
        string what = (NativeCaptureCode)op.Code switch
        {
            NativeCaptureCode.Pointer => $"{op.Offset}: pointer",
            NativeCaptureCode.Counted => $"{op.Offset}: [{op.Second}] elements, at most {op.Limit}",
            NativeCaptureCode.PowerOfTwo => $"{op.Offset}: 1 << [{op.Second}] elements, at most {op.Limit}"
                + (flags.HasFlag(NativeCaptureFlags.OldBuckets) ? ", or half" : ""),
            NativeCaptureCode.MaskPlusOne => $"{op.Offset}: 1 + [{op.Second}] elements, at most {op.Limit}",
            NativeCaptureCode.Table => $"{op.Offset}: table, of all together {op.Limit} entries",
            NativeCaptureCode.Element => $"{op.Offset}: element {op.Argument} of [{op.Second}]",
            NativeCaptureCode.Interface => $"{op.Offset}: {word}, data at {op.Second}",
            NativeCaptureCode.Assertion => $"{op.Offset}: {word} of {Asserted(op)}, data at {op.Second}",
            NativeCaptureCode.Directory => $"{op.Offset}: [{op.Second}] times {LabelOf(op.Argument)}, "
                + $"or when that is 0 one, at most {op.Limit},",
            NativeCaptureCode.Elements => $"{op.Offset}: {op.Argument} elements here",
            NativeCaptureCode.Global => program.Names.Constants[(int)op.Argument],
            _ => $"{op.Offset}: operation {op.Code}",
        };
        string target = (NativeCaptureCode)op.Code == NativeCaptureCode.Interface ? "its type" : LabelOf(op.Routine);
        return $"{what} -> {target}{depth}";
    }

    private string Asserted(in NativeCaptureOp op) => program.Names.Assertions[(int)op.Argument - 1].Name;

    private void Line(string line) => text.Append(line).Append('\n');
}
