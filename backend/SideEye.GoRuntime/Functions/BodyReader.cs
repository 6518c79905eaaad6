using System.Collections.Immutable;
using SideEye.Dwarf;
using SideEye.GoRuntime.Types;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Reads the bodies of one function out of the entries of the functions that have its code: the function's own, and
/// those into which it was inlined.
/// </summary>
internal sealed class BodyReader(DwarfFile dwarf, FunctionNames names, VariableReader variables)
{
    private const byte OpCallFrameCfa = 0x9c; // DW_OP_call_frame_cfa, Go's only frame base
    private const int BodiesMax = 100_000;

    /// <summary>Adds the bodies of <paramref name="function"/> in the subprogram at <paramref name="offset"/>.
    /// </summary>
    public void Read(string function, DebugInfoOffset offset, List<FunctionBody> bodies)
    {
        DieCursor entry = dwarf.EntryAt(offset);
        ImmutableArray<PcSpan> code = CodeOf(entry);
        if (entry.Tag != DwarfTag.Subprogram || code.IsEmpty || !HasGoFrame(entry))
            return;
        string container = names.Of(offset) ?? "";
        ulong containerEntry = code[0].Low;
        List<Level> levels = [new Level(code, null, 0)];
        if (container == function)
            levels[0] = levels[0] with { Body = new OpenBody(code, 0) };
        List<OpenBody> found = [];
        if (levels[0].Body is { } own)
            found.Add(own);
        while (entry.MoveNext() && entry.Depth > 0)
        {
            levels.RemoveRange(entry.Depth, levels.Count - entry.Depth);
            Level parent = levels[^1];
            levels.Add(Enter(entry, parent, function, found));
            bool isVariable = entry.Tag is DwarfTag.Variable or DwarfTag.FormalParameter;
            if (isVariable && parent.Body is { } body
                && variables.Read(entry, parent.Place(containerEntry)) is { } variable)
            {
                if (variable.Name == VariableReader.DictionaryName)
                    body.Dictionary = variable;
                else
                    body.Variables.Add(variable);
            }
        }

        foreach (OpenBody body in found)
        {
            bodies.Add(new FunctionBody(
                function, container, containerEntry, body.Depth, body.Code, EscapedVariables.Merge(body.Variables))
            {
                Dictionary = body.Dictionary, ContainerOffset = offset,
            });
        }
    }

    /// <summary>
    /// The variables of the subprogram at <paramref name="offset"/> and of all that was inlined into it, as far as they
    /// are wanted: everything by name that lies in one of its frames.
    /// </summary>
    /// <param name="offset">The subprogram.</param>
    /// <param name="isWanted">Asked with the name and type of each.</param>
    public ImmutableArray<GoVariable> ReadFrame(DebugInfoOffset offset, Func<string, GoType, bool> isWanted)
    {
        DieCursor entry = dwarf.EntryAt(offset);
        ImmutableArray<PcSpan> code = CodeOf(entry);
        if (entry.Tag != DwarfTag.Subprogram || code.IsEmpty || !HasGoFrame(entry))
            return [];
        List<VariablePlace> places = [new VariablePlace(code, code[0].Low, false)];
        ImmutableArray<GoVariable>.Builder found = ImmutableArray.CreateBuilder<GoVariable>();
        while (entry.MoveNext() && entry.Depth > 0)
        {
            places.RemoveRange(entry.Depth, places.Count - entry.Depth);
            VariablePlace place = places[^1];
            bool isInlined = entry.Tag == DwarfTag.InlinedSubroutine;
            if ((isInlined || entry.Tag == DwarfTag.LexicalBlock) && CodeOf(entry) is { IsEmpty: false } own)
                place = place with { Scope = own };
            if (isInlined)
                place = place with { IsInlined = true };
            places.Add(place);
            bool isVariable = entry.Tag is DwarfTag.Variable or DwarfTag.FormalParameter;
            if (isVariable && variables.Read(entry, place, isWanted) is { } variable)
                found.Add(variable);
        }

        return found.ToImmutable();
    }

    private Level Enter(in DieCursor entry, in Level parent, string function, List<OpenBody> found)
    {
        switch (entry.Tag)
        {
            case DwarfTag.InlinedSubroutine:
                int depth = parent.InlineDepth + 1;
                if (!IsCopyOf(entry, function) || found.Count >= BodiesMax)
                    return new Level([], null, depth);
                OpenBody body = new(CodeOf(entry), depth);
                found.Add(body);
                return new Level(body.Code, body, depth);
            case DwarfTag.LexicalBlock when parent.Body is not null:
                ImmutableArray<PcSpan> block = CodeOf(entry);
                return parent with { Scope = block.IsEmpty ? parent.Scope : block };
            case DwarfTag.LexicalBlock:
                return parent;
            default:
                return parent with { Body = null };
        }
    }

    private bool IsCopyOf(in DieCursor entry, string function) =>
        entry.TryGet(DwarfAttribute.AbstractOrigin, out AttributeValue origin)
        && names.Of(origin.AsReference()) == function;

    private static bool HasGoFrame(in DieCursor entry) =>
        entry.TryGet(DwarfAttribute.FrameBase, out AttributeValue frame)
        && frame.Class is AttributeClass.Block or AttributeClass.Expression
        && frame.AsBlock() is [OpCallFrameCfa];

    /// <summary>DW_AT_low_pc and high_pc, or DW_AT_ranges, sorted.</summary>
    private static ImmutableArray<PcSpan> CodeOf(in DieCursor entry)
    {
        if (PcRange.Of(entry) is { } range)
            return range.Low < range.High ? [new PcSpan(range.Low, range.High)] : [];
        if (!entry.TryGet(DwarfAttribute.Ranges, out AttributeValue ranges))
            return [];
        ImmutableArray<PcSpan>.Builder spans = ImmutableArray.CreateBuilder<PcSpan>();
        foreach (AddressRange each in DwarfFile.ReadRanges(entry.Unit, ranges))
            spans.Add(new PcSpan(each.Low, each.High));
        bool isOrdered = true;
        for (int i = 1; i < spans.Count; i++)
            isOrdered &= spans[i - 1].Low <= spans[i].Low;
        if (!isOrdered)
            spans.Sort((left, right) => left.Low.CompareTo(right.Low));
        return spans.ToImmutable();
    }

    /// <summary>A body whose entries are being read.</summary>
    private sealed record OpenBody(ImmutableArray<PcSpan> Code, int Depth)
    {
        public List<GoVariable> Variables { get; } = [];

        public GoVariable? Dictionary { get; set; }
    }

    /// <summary>What holds for the entries below one.</summary>
    private readonly record struct Level(ImmutableArray<PcSpan> Scope, OpenBody? Body, int InlineDepth)
    {
        public VariablePlace Place(ulong functionEntry) => new(Scope, functionEntry, InlineDepth > 0);
    }
}
