using SideEye.Grafana.Frames;

namespace SideEye.Plugin.Shapes;

/// <summary>A node graph: the frames nodes and edges, whose identities are texts.</summary>
internal static class NodeGraph
{
    private static readonly string[] Texts = ["id", "source", "target", "title", "subtitle"];

    /// <exception cref="FrameShapeException">A frame lacks what every node or edge needs.</exception>
    internal static IReadOnlyList<DataFrame> From(IReadOnlyList<DataFrame> tables)
    {
        DataFrame? edges = tables.FirstOrDefault(IsEdges);
        DataFrame? nodes = tables.FirstOrDefault(table => table != edges && table.Fields.Count > 0);
        List<DataFrame> frames = [];
        HashSet<string>? known = null;
        if (nodes is not null)
        {
            DataFrame shown = Typed(nodes, "nodes", ["id"]);
            known = [.. FieldPick.Rows(shown.Fields[0]).Select(row => shown.Find("id")!.TextAt(row) ?? "")];
            frames.Add(shown);
        }
        if (edges is not null)
            frames.Add(WithKnownEnds(Typed(edges, "edges", ["id", "source", "target"]), known));
        return frames.Count > 0 ? frames : [new DataFrame("nodes", [], MetaOf(tables[0]))];
    }

    private static bool IsEdges(DataFrame table) =>
        table.Name == "edges" || (table.Find("source") is not null && table.Find("target") is not null);

    private static FrameMeta MetaOf(DataFrame table) =>
        (table.Meta ?? new FrameMeta()) with { PreferredVisualisationType = "nodeGraph" };

    private static DataFrame Typed(DataFrame table, string name, ReadOnlySpan<string> needed)
    {
        foreach (string field in needed)
        {
            if (table.Find(field) is null)
                throw new FrameShapeException($"the frame {name} needs a column {field}");
        }
        IEnumerable<Field> fields = table.Fields.Select(
            field => Texts.Contains(field.Name.ToLowerInvariant()) ? field.AsFullText() : field);
        return new DataFrame(name, [.. fields], MetaOf(table));
    }

    /// <summary>An edge into nowhere takes the whole panel down: it is left out, and said.</summary>
    private static DataFrame WithKnownEnds(DataFrame edges, HashSet<string>? known)
    {
        Field source = edges.Find("source")!;
        Field target = edges.Find("target")!;
        int[] lost = known is null ? [] :
        [
            .. FieldPick.Rows(source).Where(
                row => !known.Contains(source.TextAt(row)!) || !known.Contains(target.TextAt(row)!)),
        ];
        if (lost.Length == 0)
            return edges;
        List<DataFrame> parts = [];
        int first = 0;
        foreach (int row in lost.Append(edges.Rows))
        {
            if (row > first)
                parts.Add(edges.Slice(first, row - first));
            first = row + 1;
        }
        FrameNotice notice = new(
            NoticeSeverity.Warning,
            $"{lost.Length:N0} edges lead to nodes that are not in the answer and are left out.");
        FrameMeta meta = edges.Meta! with { Notices = [.. edges.Meta!.Notices ?? [], notice] };
        return new DataFrame("edges", [.. edges.Fields.Select((field, i) => Join(field, parts, i))], meta);
    }

    private static Field Join(Field field, List<DataFrame> parts, int index)
    {
        Apache.Arrow.IArrowArray values = parts.Count == 0
            ? field.Slice(0, 0).Values
            : Apache.Arrow.ArrowArrayConcatenator.Concatenate([.. parts.Select(part => part.Fields[index].Values)]);
        return Field.Of(field.Name, values, field.Type).With(config: field.Config);
    }
}
