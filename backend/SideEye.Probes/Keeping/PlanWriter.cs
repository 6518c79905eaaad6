using System.Collections.Immutable;
using SideEye.Probes.Binding;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Keeping;

/// <summary>Writes what a spec became when it was bound to a program.</summary>
internal sealed class PlanWriter
{
    private readonly KeptWriter to;
    private readonly SourceWriter sources;

    private PlanWriter(KeptWriter to)
    {
        this.to = to;
        sources = new SourceWriter(to);
    }

    /// <summary>Writes it.</summary>
    /// <param name="bound">The spec, bound.</param>
    /// <param name="places">Where in the spec things are.</param>
    /// <param name="to">Receives it.</param>
    /// <exception cref="CannotKeepException">Something in it cannot be written down.</exception>
    public static void Write(BoundSpec bound, SpecPlaces places, KeptWriter to) =>
        new PlanWriter(to).Write(bound, places);

    private void Write(BoundSpec bound, SpecPlaces places)
    {
        foreach (FrameSite site in bound.Plan.Sites)
        {
            foreach (SiteRow row in site.Rows)
            {
                foreach (ImmutableArray<ValueSource> of in
                    (row.Instances?.All ?? []).Select(static one => one.Sources).Prepend(row.Sources))
                {
                    foreach (ValueSource source in of)
                        sources.NumberOf(source);
                }
            }
        }
        sources.Finish();
        to.List(bound.Functions, function => to.Text(function.Function));
        to.List(bound.Plan.Tables, Write);
        ulong low = 0;
        to.List(bound.Plan.Sites, site =>
        {
            to.Number(site.Low - low);
            to.Number(site.High - site.Low);
            to.List(site.Rows, Write);
            to.List(site.Blanks, Write);
            low = site.Low;
        });
        to.List(bound.HeldTypes, Write);
        to.List(bound.ContextKeys, Write);
        to.List(bound.Problems, problem =>
        {
            places.Write(problem.At, to);
            to.Text(problem.Message);
        });
    }

    private void Write(FunctionTable table)
    {
        to.Text(table.Name);
        to.Text(table.Function);
        to.List(table.Columns, Write);
    }

    private void Write(CapturedColumn column)
    {
        to.Text(column.Name);
        to.Text(column.Expression);
        to.Type(column.Type);
        to.Signed(column.Limits.StringBytes);
        to.Signed(column.Limits.SliceBytes);
        to.Signed(column.Limits.MapEntries);
        to.Signed(column.Limits.PointerDepth);
        to.Flag(column.IsSecret);
        to.Flag(column.IsOptional);
    }

    private void Write(SiteRow row)
    {
        to.Number((ulong)row.Table);
        to.Signed(row.InlineDepth);
        Write(row.Sources);
        to.Flag(row.Instances is not null);
        if (row.Instances is not { } instances)
            return;
        to.Signed(instances.DictionaryOffset);
        to.List(instances.All, instance =>
        {
            to.Number(instance.Dictionary);
            Write(instance.Sources);
        });
    }

    private void Write(ImmutableArray<ValueSource> of) =>
        to.List(of, source => to.Number(sources.NumberOf(source)));

    private void Write(FrameBlank blank)
    {
        to.Signed(blank.Offset);
        to.Number((ulong)blank.Bytes);
    }

    private void Write(HeldType held)
    {
        to.Type(held.Type);
        sources.Parts(held.Parts);
    }

    private void Write(BoundContextKey key)
    {
        to.Text(key.Column);
        to.Text(key.TypeName);
        to.Flag(key.Variable is not null);
        to.Number(key.Variable ?? 0);
    }
}
