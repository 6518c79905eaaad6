using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SideEye.Capture.Records;
using SideEye.Capture.Rows;
using SideEye.Capture.Values;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Unwinding;
using SideEye.Probes;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Frames;

/// <summary>Finds the captured frames of one process's goroutines and writes their values.</summary>
internal sealed class FrameDecoder : IDisposable
{
    private readonly ProcessRecords records;
    private readonly CompiledCapture capture;
    private readonly CapturedTables tables;
    private readonly StackTable.BinaryStacks stacks;
    private readonly FrameMemory memory;
    private readonly PendingCalls closures;
    private readonly ValueRenderer renderer;
    private readonly FunctionTableWriter[] writers;
    private readonly int[][] columns;
    private readonly Dictionary<ulong, FrameSite?> sites = [];

    public FrameDecoder(
        ProcessRecords records, CompiledCapture capture, CapturedTables tables, StackTable.BinaryStacks stacks,
        CopiedMemory objects)
    {
        this.records = records;
        this.capture = capture;
        this.tables = tables;
        this.stacks = stacks;
        memory = new FrameMemory(objects);
        closures = new PendingCalls(memory);
        renderer = new ValueRenderer(memory, RenderingRulesOf.Process(records, capture));
        writers = [.. capture.Bound.Plan.Tables.Select(tables.For)];
        columns = [.. writers.Select((writer, i) => writer.Match(capture.Bound.Plan.Tables[i]))];
    }

    /// <summary>Writes the rows of one goroutine.</summary>
    /// <param name="goroutineId">Its id.</param>
    /// <param name="stackStart">Address of the first copied byte of its stack.</param>
    /// <param name="stack">The copied bytes.</param>
    /// <param name="cut">Why some of what was to be captured of it was left out; null when nothing was.</param>
    /// <param name="frames">Its physical frames, innermost first.</param>
    /// <param name="stackPointers">The stack pointer of each.</param>
    public void Write(
        long goroutineId, ulong stackStart, ReadOnlyMemory<byte> stack, string? cut, List<FrameKey> frames,
        List<ulong> stackPointers)
    {
        memory.Enter(stackStart, stack);
        renderer.Cut = cut;
        for (int i = 0; i < frames.Count; i++)
            Blank(frames[i].Pc, stackPointers[i]);
        int index = 0;
        for (int i = 0; i < frames.Count; i++)
        {
            PclnFrame[] chain = stacks.Expand(frames[i]);
            if (SiteAt(frames[i].Pc) is { } site && TryCfa(frames[i].Pc, stackPointers[i], out ulong cfa))
            {
                FrameOrigin frame = new(new TargetAddress(cfa), records.LoadBias);
                foreach (SiteRow row in site.Rows)
                {
                    if (PlaceInChain(chain, row) is int place and >= 0)
                        WriteRow(row, frame, goroutineId, index + place, chain[place].Line);
                }
            }
            index += chain.Length;
        }
    }

    public void Dispose() => renderer.Dispose();

    /// <summary>What a frame hides is hidden from all: others may point there.</summary>
    private void Blank(ulong pc, ulong stackPointer)
    {
        if (SiteAt(pc) is not { Blanks.IsEmpty: false } site || !TryCfa(pc, stackPointer, out ulong cfa))
            return;
        foreach (FrameBlank blank in site.Blanks)
        {
            // What is below the stack pointer is no part of the frame, whatever there may be elsewhere in its code.
            ulong low = Math.Max(cfa + unchecked((ulong)blank.Offset), stackPointer);
            memory.Blank(low, cfa + unchecked((ulong)blank.End));
        }
    }

    private FrameSite? SiteAt(ulong pc)
    {
        ref FrameSite? site = ref CollectionsMarshal.GetValueRefOrAddDefault(sites, pc, out bool isKnown);
        if (!isKnown)
            site = capture.Bound.Plan.Find(pc);
        return site;
    }

    /// <summary>Which frame of a chain of inlined calls a row is about: the depth says, the name must agree.</summary>
    private int PlaceInChain(PclnFrame[] chain, SiteRow row)
    {
        string wanted = GoFunctionName.WithoutTypeArguments(capture.Bound.Plan.Tables[row.Table].Function);
        int place = chain.Length - 1 - row.InlineDepth;
        return place >= 0 && place < chain.Length
            && GoFunctionName.WithoutTypeArguments(chain[place].Function) == wanted ? place : -1;
    }

    /// <summary>DW_OP_call_frame_cfa: what SP was before the call pushed the return address (on arm64: what SP was).
    /// </summary>
    private bool TryCfa(ulong pc, ulong stackPointer, out ulong cfa)
    {
        bool isKnown = records.Binary.Pcln.TryFindFunction(pc, out GoFunction function)
            | records.Binary.Pcln.TryFindFunction(pc - 1, out GoFunction before);
        if (before.Contains(pc - 1) && !function.Contains(pc))
            function = before;
        int delta = 0;
        isKnown = isKnown && records.Binary.Pcln.TryStackDelta(function, Math.Min(pc, function.End - 1), out delta);
        int returnAddress = records.Binary.Architecture == Target.Architecture.Arm64 ? 0 : sizeof(ulong);
        cfa = stackPointer + (ulong)(delta + returnAddress);
        return isKnown;
    }

    private void WriteRow(SiteRow row, FrameOrigin frame, long goroutineId, int frameIndex, int line)
    {
        FunctionTable table = capture.Bound.Plan.Tables[row.Table];
        FunctionTableWriter writer = writers[row.Table];
        int processId = records.Facts.ProcessId;
        ImmutableArray<ValueSource> sources = SourcesOf(row, frame);
        writer.BeginRow(processId, goroutineId, frameIndex);
        for (int i = 0; i < columns[row.Table].Length; i++)
        {
            int column = columns[row.Table][i];
            if (column < 0)
            {
                writer.Null(i);
                continue;
            }
            CapturedColumn captured = table.Columns[column];
            if (captured.IsSecret)
            {
                writer.Secret();
                continue;
            }
            ValueSource source = closures.Resolve(VisibleAt(sources[column], line), frame);
            RenderedValue value = renderer.Render(captured, source, frame, RootName(captured.Expression));
            writer.Value(value);
            string? reason = ReasonOf(captured, value.Reason);
            if (reason is not null)
                tables.Error(table.Name, processId, goroutineId, frameIndex, captured.Expression, reason);
        }
        writer.EndRow();
    }

    /// <summary>Where the values are: in a generic function that depends on the dictionary it was called with.
    /// </summary>
    private ImmutableArray<ValueSource> SourcesOf(SiteRow row, FrameOrigin frame)
    {
        if (row.Instances is not { } instances)
            return row.Sources;
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        if (!memory.TryRead(frame.Cfa + unchecked((ulong)instances.DictionaryOffset), word))
            return row.Sources;
        ulong dictionary = BinaryPrimitives.ReadUInt64LittleEndian(word) - frame.LoadBias;
        foreach (SiteInstance instance in instances.All)
        {
            if (instance.Dictionary == dictionary)
                return instance.Sources;
        }
        return row.Sources;
    }

    private static string? ReasonOf(CapturedColumn column, string? reason) => reason switch
    {
        // Who asks for no indirection wants the address, which is in the raw column.
        CaptureReason.DepthReached when column.Limits.PointerDepth == 0 => null,
        // Who asks for each of several types in a column of its own gets one value, and no word about the others.
        not null when column.IsOptional && CaptureReason.IsOtherType(reason) => null,
        _ => reason,
    };

    /// <summary>
    /// The variable that a name stands for at a line: one that is declared there or further down is not assigned yet.
    /// </summary>
    private static ValueSource VisibleAt(ValueSource source, int line)
    {
        for (ValueSource? one = source; one is not null; one = one.Shadowed)
        {
            if (one.DeclarationLine < line || one.DeclarationLine == 0)
                return one;
        }
        return ValueSource.None(source.Root, Unavailable.NotAssigned);
    }

    private static string RootName(string expression)
    {
        int end = 0;
        while (end < expression.Length && (char.IsLetterOrDigit(expression[end]) || expression[end] == '_'))
            end++;
        return expression[..end];
    }
}
