using System.Collections.Immutable;
using SideEye.Dwarf;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Reads the bodies of one function out of the entries that hold its code: DW_TAG_subprogram of its own, and
/// DW_TAG_inlined_subroutine within others (DWARF 5 §3.3.8).
/// </summary>
internal sealed class BodyReader(DwarfFile file, Types.GoTypes types, string function, DebugInfoOffset declaration)
{
    private readonly List<Scope> scopes = [];
    private readonly List<(int Depth, bool IsOurs)> inlined = [];

    /// <summary>Adds the bodies in the function whose entry is at <paramref name="entry"/>.</summary>
    public void Read(DebugInfoOffset entry, ImmutableArray<FunctionBody>.Builder bodies)
    {
        DwarfUnit unit = file.UnitAt(entry);
        DieCursor cursor = file.EntryAt(entry);
        ImmutableArray<PcSpan> code = EntryRanges.Of(unit, cursor);
        if (code.IsEmpty)
            return;
        bool isOwn = entry == declaration || IsCopyOf(cursor);
        string container = isOwn ? function : NameOf(cursor);
        ulong start = code[0].Low;
        VariableCollector? own = isOwn ? new VariableCollector(file, types, declaration) : null;
        List<(VariableCollector Variables, int InlineDepth, ImmutableArray<PcSpan> Code)> copies = [];
        scopes.Clear();
        inlined.Clear();
        scopes.Add(new Scope(0, code, own));
        if (cursor.HasChildren)
        {
            while (cursor.MoveNext() && cursor.Depth > 0)
                Visit(unit, cursor, copies);
        }
        if (own is not null)
            bodies.Add(new FunctionBody(function, container, start, 0, code, own.Finish(code)));
        foreach ((VariableCollector variables, int depth, ImmutableArray<PcSpan> ranges) in copies)
            bodies.Add(new FunctionBody(function, container, start, depth, ranges, variables.Finish(ranges)));
    }

    private void Visit(
        DwarfUnit unit, in DieCursor cursor, List<(VariableCollector, int, ImmutableArray<PcSpan>)> copies)
    {
        while (scopes.Count > 1 && scopes[^1].Depth >= cursor.Depth)
            scopes.RemoveAt(scopes.Count - 1);
        while (inlined.Count > 0 && inlined[^1].Depth >= cursor.Depth)
            inlined.RemoveAt(inlined.Count - 1);
        Scope scope = scopes[^1];
        switch (cursor.Tag)
        {
            case DwarfTag.InlinedSubroutine:
                ImmutableArray<PcSpan> code = EntryRanges.Of(unit, cursor);
                bool isOurs = IsCopyOf(cursor) && !code.IsEmpty;
                inlined.Add((cursor.Depth, isOurs));
                VariableCollector? variables = isOurs ? new VariableCollector(file, types, declaration) : null;
                if (variables is not null)
                    copies.Add((variables, inlined.Count, code));
                scopes.Add(new Scope(cursor.Depth, code, variables));
                break;
            case DwarfTag.LexicalBlock:
                ImmutableArray<PcSpan> block = EntryRanges.Of(unit, cursor);
                // A block that says nothing of its own covers what is around it.
                scopes.Add(new Scope(cursor.Depth, block.IsEmpty ? scope.Code : block, scope.Variables));
                break;
            case DwarfTag.FormalParameter or DwarfTag.Variable:
                scope.Variables?.Add(unit, cursor, scope.Code);
                break;
        }
    }

    private bool IsCopyOf(in DieCursor cursor) =>
        cursor.TryGet(DwarfAttribute.AbstractOrigin, out AttributeValue origin)
        && origin.AsReference() == declaration;

    private string NameOf(in DieCursor cursor)
    {
        if (cursor.TryGet(DwarfAttribute.Name, out AttributeValue name))
            return name.AsText();
        return cursor.TryGet(DwarfAttribute.AbstractOrigin, out AttributeValue origin)
            && file.EntryAt(origin.AsReference()).TryGet(DwarfAttribute.Name, out AttributeValue named)
            ? named.AsText() : "";
    }

    private readonly record struct Scope(int Depth, ImmutableArray<PcSpan> Code, VariableCollector? Variables);
}
