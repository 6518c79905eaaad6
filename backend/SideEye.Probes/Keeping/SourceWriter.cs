using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Keeping;

/// <summary>Writes where values are: each place once, others refer to it by its number.</summary>
internal sealed class SourceWriter(KeptWriter to)
{
    private readonly Dictionary<ValueSource, uint> numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<ValueSource> all = [];

    /// <summary>The number of a place; one that it refers to has a smaller one.</summary>
    public uint NumberOf(ValueSource source)
    {
        if (numbers.TryGetValue(source, out uint number))
            return number;
        if (source.Shadowed is { } shadowed)
            NumberOf(shadowed);
        if (source.Otherwise is { } otherwise)
            NumberOf(otherwise);
        numbers.Add(source, number = (uint)all.Count);
        all.Add(source);
        return number;
    }

    /// <summary>Writes all places that have a number.</summary>
    public void Finish() => to.List(all, Write);

    /// <summary>Writes the steps of a path.</summary>
    public void Path(ImmutableArray<PathStep> path) => to.List(path, Write);

    /// <summary>Writes parts of a value.</summary>
    public void Parts(ImmutableArray<ValuePart> parts) => to.List(parts, part =>
    {
        to.Text(part.Name);
        Path(part.Steps);
        to.Flag(part.IsSecret);
    });

    private void Write(ValueSource source)
    {
        to.Type(source.Root);
        to.List(source.Pieces, Write);
        to.Flag(source.IsEscaped);
        Path(source.Path);
        to.Text(source.Unavailable);
        to.Number((ulong)source.DeclarationLine);
        to.Text(source.Global);
        to.Number(source.Shadowed is { } shadowed ? NumberOf(shadowed) + 1UL : 0);
        to.Number(source.Otherwise is { } otherwise ? NumberOf(otherwise) + 1UL : 0);
        to.Flag(source.Closure is not null);
        if (source.Closure is not { } closure)
            return;
        to.Signed(closure.Offset);
        to.Number(closure.Code);
        to.Signed(closure.BitsOffset);
        to.Signed(closure.ClosuresOffset);
    }

    private void Write(VariablePiece piece)
    {
        to.Number((ulong)piece.Kind);
        to.Signed(piece.Value);
        to.Number((ulong)piece.Bytes);
    }

    private void Write(PathStep step)
    {
        (StepKind kind, long number) = step switch
        {
            FieldStep field => (StepKind.Field, field.Field.Offset),
            FollowStep => (StepKind.Follow, 0),
            IndexStep index => (StepKind.Index, index.Index),
            KeyStep { Key: string } => (StepKind.TextKey, 0),
            KeyStep { Key: long key } => (StepKind.NumberKey, key),
            KeyStep { Key: bool key } => (StepKind.FlagKey, key ? 1 : 0),
            LengthStep length => (StepKind.Length, length.IsCapacity ? 1 : 0),
            AssertionStep => (StepKind.Assertion, 0L),
            EachStep => (StepKind.Each, 0L),
            PartsStep => (StepKind.Parts, 0L),
            _ => throw new CannotKeepException(step.ToString()),
        };
        to.Number((ulong)kind);
        to.Type(step.Type);
        to.Signed(number);
        if (step is FieldStep { Field: var of })
        {
            to.Text(of.Name);
            to.Flag(of.IsEmbedded);
        }
        else if (step is KeyStep { Key: string text })
        {
            to.Text(text);
        }
        else if (step is PartsStep parts)
        {
            Parts(parts.Parts);
        }
    }
}

/// <summary>The steps of paths as they are kept.</summary>
internal enum StepKind
{
    /// <summary>A <see cref="FieldStep"/>.</summary>
    Field,

    /// <summary>A <see cref="FollowStep"/>.</summary>
    Follow,

    /// <summary>An <see cref="IndexStep"/>.</summary>
    Index,

    /// <summary>A <see cref="KeyStep"/> with a text.</summary>
    TextKey,

    /// <summary>A <see cref="KeyStep"/> with an integer.</summary>
    NumberKey,

    /// <summary>A <see cref="KeyStep"/> with a boolean.</summary>
    FlagKey,

    /// <summary>A <see cref="LengthStep"/>.</summary>
    Length,

    /// <summary>An <see cref="AssertionStep"/>.</summary>
    Assertion,

    /// <summary>An <see cref="EachStep"/>.</summary>
    Each,

    /// <summary>A <see cref="PartsStep"/>.</summary>
    Parts,
}
