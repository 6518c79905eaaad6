using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SideEye.Elf;
using Xunit;

namespace SideEye.GoRuntime.Tests;

/// <summary>
/// The Go runtime of the program itself, and the linker's other tables, say whether the reader is right.
/// </summary>
public sealed class Pclntab_against_the_runtime
{
    // Odd, so that instructions are hit at every alignment and in the middle.
    private const ulong PcStep = 11;

    [Theory, MemberData(nameof(Matrix.Runnable), MemberType = typeof(Matrix))]
    public void Functions_files_lines_and_inlined_calls_are_those_of_CallersFrames(string toolchain, string variant)
    {
        GoProgram program = GoProgram.Build(toolchain, variant);
        GoBinary binary = program.Binary.Value;
        List<(ulong Pc, string Frames)> expected = [];
        List<PclnFrame> frames = [];
        for (int i = 0; i < binary.Pcln.FunctionCount; i++)
        {
            GoFunction function = binary.Pcln.FunctionAt(i);
            for (ulong pc = function.Entry; pc + 1 < function.End; pc += PcStep)
            {
                frames.Clear();
                binary.Pcln.Expand(function, pc, frames);
                // Up to 1.20 CallersFrames gives the innermost call alone: each call of the chain is asked for itself.
                for (int depth = 0; depth < frames.Count; depth++)
                    expected.Add((frames[depth].Pc, Text(binary, frames[depth..])));
            }
        }

        Assert.True(expected.Count > 20_000, $"only {expected.Count} program counters");
        List<string> wrong = Differences(program, expected);
        string examples = string.Join('\n', wrong.Take(10));
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {expected.Count} differ:\n{examples}");
    }

    [Theory, MemberData(nameof(Matrix.Defaults), MemberType = typeof(Matrix))]
    public void Stack_deltas_are_those_of_debug_frame(string toolchain, string variant)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/readelf"), "no readelf (package binutils)");
        GoProgram program = GoProgram.Build(toolchain, variant);
        PclnTable table = program.Binary.Value.Pcln;
        string dump = GoProgram.Run("/usr/bin/readelf", ["--debug-dump=frames-interp", program.Path], null);
        int rows = 0;
        foreach (Match row in Regex.Matches(dump, @"^([0-9a-f]{16}) rsp\+(\d+)", RegexOptions.Multiline))
        {
            ulong pc = ulong.Parse(row.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (!table.TryFindFunction(pc, out GoFunction function))
                continue;
            Assert.True(
                table.TryStackDelta(function, pc, out int delta), $"{table.Name(function)}+{pc - function.Entry}");
            // The CFA lies above the return address.
            Assert.Equal(int.Parse(row.Groups[2].ValueSpan, CultureInfo.InvariantCulture), delta + 8);
            rows++;
        }
        Assert.True(rows > 3000, $"only {rows} rows");
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Every_function_symbol_is_found_by_name_and_by_address(string toolchain, string variant)
    {
        GoProgram program = GoProgram.Build(toolchain, variant);
        PclnTable table = program.Binary.Value.Pcln;
        int found = 0;
        foreach (ElfSymbol symbol in program.Elf.Symbols)
        {
            bool inText = symbol.Kind == ElfSymbolKind.Function
                && symbol.Value >= table.TextStart && symbol.Value < table.TextEnd;
            if (!inText || symbol.Size == 0)
                continue;
            Assert.True(table.TryFindFunction(symbol.Value, out GoFunction function), symbol.Name);
            Assert.True(table.TryFindFunction(symbol.Value + symbol.Size - 1, out GoFunction same), symbol.Name);
            if (function.Entry != symbol.Value)
                continue;
            Assert.Equal(function, same);
            string name = table.Name(function);
            Assert.NotNull(table.FindByName(name));
            Assert.Equal(name, table.Name(table.FindByName(name)!.Value));
            found++;
        }
        Assert.True(found > 1000, $"only {found} functions");
        Assert.Null(table.FindByName("main.nothing"));
        Assert.False(table.TryFindFunction(table.TextEnd, out _));
        Assert.False(table.TryFindFunction(table.TextStart - 1, out _));
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Special_functions_have_their_number_in_every_version(string toolchain, string variant)
    {
        PclnTable table = GoProgram.Build(toolchain, variant).Binary.Value.Pcln;
        (string Name, GoFuncId Id)[] special =
        [
            ("runtime.goexit", GoFuncId.Goexit), ("runtime.mcall", GoFuncId.Mcall),
            ("runtime.systemstack_switch", GoFuncId.SystemstackSwitch), ("runtime.systemstack", GoFuncId.Systemstack),
            ("runtime.asyncPreempt", GoFuncId.AsyncPreempt), ("runtime.sigpanic", GoFuncId.Sigpanic),
            ("runtime.gopanic", GoFuncId.Gopanic), ("runtime.main", GoFuncId.RuntimeMain),
            ("runtime.morestack", GoFuncId.Morestack), ("runtime.gogo", GoFuncId.Gogo),
            ("runtime.rt0_go", GoFuncId.Rt0Go), ("runtime.mstart", GoFuncId.Mstart),
            ("runtime.gcBgMarkWorker", GoFuncId.GcBgMarkWorker), ("main.depositor.deposit-fm", GoFuncId.Wrapper),
            ("main.(*account).deposit", GoFuncId.Normal),
        ];
        foreach ((string name, GoFuncId id) in special)
        {
            GoFunction function = Assert.NotNull(table.FindByName(name));
            Assert.True(id == function.FuncId, $"{name} is {function.FuncId}");
        }
        Assert.Equal(GoFuncFlags.TopFrame | GoFuncFlags.Asm, table.FindByName("runtime.goexit")!.Value.Flags);
        Assert.Equal(GoFuncFlags.SpWrite | GoFuncFlags.Asm, table.FindByName("runtime.mcall")!.Value.Flags);
    }

    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Argument_words_lie_where_the_calling_convention_puts_them(string toolchain, string variant)
    {
        PclnTable table = GoProgram.Build(toolchain, variant).Binary.Value.Pcln;
        // words(a int64, b string, c []byte, d bool, e struct{ x, y int32 })
        (int Offset, int Size)[] words =
            [(0, 8), (8, 8), (16, 8), (24, 8), (32, 8), (40, 8), (48, 1), (52, 4), (56, 4)];
        GoFunction function = table.FindByName("main.words")!.Value;
        for (int i = 0; i < words.Length; i++)
        {
            Assert.True(table.TryArgumentSlot(function, function.Entry, i, out int offset, out int size, out _));
            Assert.Equal(words[i], (offset, size));
        }
        Assert.False(table.TryArgumentSlot(function, function.Entry, words.Length, out _, out _, out _));
        GoFunction sleep = table.FindByName("time.Sleep")!.Value;
        Assert.True(table.TryArgumentSlot(sleep, sleep.Entry, 0, out int at, out int bytes, out _));
        Assert.Equal((0, 8), (at, bytes));
    }

    private static List<string> Differences(GoProgram program, List<(ulong Pc, string Frames)> expected)
    {
        PclnTable table = program.Binary.Value.Pcln;
        ulong linkMain = table.FindByName("main.main")!.Value.Entry;
        // Distances, because only the running program knows where the kernel has put it.
        StringBuilder input = new();
        foreach ((ulong pc, _) in expected)
            input.Append((pc - linkMain + 1).ToString("x", CultureInfo.InvariantCulture)).Append('\n');
        string[] answers = GoProgram.Run(program.Path, [], input.ToString()).Split('\n');
        List<string> wrong = [];
        for (int i = 0; i < expected.Count; i++)
        {
            string answer = program.Minor < 21 ? answers[i].Split('\t')[0] : answers[i];
            string ours = program.Minor < 21 ? expected[i].Frames.Split('\t')[0] : expected[i].Frames;
            if (answer != ours)
                wrong.Add($"0x{expected[i].Pc:x}: runtime {answer}\n             ours {ours}");
        }
        return wrong;
    }

    /// <summary>
    /// As CallersFrames tells it: wrappers are left out, but the innermost (runtime/traceback.go elideWrapperCalling).
    /// </summary>
    private static string Text(GoBinary binary, List<PclnFrame> frames)
    {
        // The runtime takes name offset 0 for "no name" (runtime/symtab.go funcName), though a real name lies there.
        string firstName = binary.Pcln.NameAt(0);
        List<string> kept = [];
        GoFuncId last = GoFuncId.Normal;
        foreach (PclnFrame frame in frames)
        {
            bool hides = kept.Count > 0 && frame.FuncId == GoFuncId.Wrapper
                && last is not (GoFuncId.Gopanic or GoFuncId.Sigpanic or GoFuncId.Panicwrap);
            if (hides)
                continue;
            string name = frame.Function == firstName ? "" : GoFunctionName.ForPrint(frame.Function, binary.Version);
            kept.Add($"{name}|{frame.File}|{frame.Line}");
            last = frame.FuncId;
        }
        return string.Join('\t', kept);
    }
}
