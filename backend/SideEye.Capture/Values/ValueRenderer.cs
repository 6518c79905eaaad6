using System.Text;
using SideEye.Capture.Values.Documents;
using SideEye.Capture.Values.Wellknown;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Values;

/// <summary>
/// Evaluates captured expressions over copied memory and renders their values for columns. What is not in the memory is
/// NULL with a reason, never a zero. One at a time: a renderer keeps its buffers.
/// </summary>
/// <remarks>docs/values.md says what each type of Go becomes.</remarks>
public sealed class ValueRenderer : IDisposable
{
    /// <summary>What stands for a secret.</summary>
    public const string RedactedText = "[redacted]";

    private readonly ValueMemory memory;
    private readonly ValueDocuments documents;
    private readonly PathWalk walk;
    private byte[] utf8 = new byte[256];

    /// <summary>A renderer over one process's memory.</summary>
    /// <param name="memory">Copied stacks and objects.</param>
    /// <param name="rules">The binary's types and names, and what the spec says.</param>
    /// <param name="limits">Bounds on each value.</param>
    public ValueRenderer(ITargetMemory memory, RenderingRules rules, RenderLimits? limits = null)
    {
        this.memory = new ValueMemory(memory);
        documents = new ValueDocuments(this.memory, rules, limits ?? RenderLimits.Default);
        walk = new PathWalk(this.memory, rules, documents.Shapes, documents.Bounds);
    }

    /// <summary>Why some of what the values at hand need was not copied, as in <see cref="CaptureReason"/>: the reason
    /// of all that is not there. Null when nothing was left out.</summary>
    public string? Cut
    {
        get => memory.Cut;
        set => memory.Cut = value;
    }

    /// <summary>Renders a captured column for one frame.</summary>
    /// <param name="column">The column.</param>
    /// <param name="source">Where its value is at the frame's pc.</param>
    /// <param name="frame">What places are relative to.</param>
    /// <param name="root">Name of the variable that the expression starts from, for reasons.</param>
    public RenderedValue Render(CapturedColumn column, ValueSource source, FrameOrigin frame, string root = "")
    {
        documents.Reset(column.Limits, column.IsOptional);
        ColumnForm form = ColumnForms.Of(column.Type);
        if (column.IsSecret)
            return Redacted(form);
        if (source.Unavailable is not null)
            return Null(form, source.Unavailable);
        TargetAddress at = memory.Place(source.Pieces, frame);
        if (source.IsEscaped)
        {
            if (!memory.TryReadAddress(at, out TargetAddress variable))
                return Null(form, memory.WhyNot(at, Architecture.PointerSize));
            // The pointer to an escaped variable is set before the variable is; nil: the frame has not come so far.
            if (variable.IsNil)
                return Null(form, CaptureReason.NotPlausible);
            at = variable;
        }
        EvaluatedPlace place = walk.From(source.Root, at, new PathRest(source.Path, 0), root, column.Limits);
        if (place.Reason == CaptureReason.Redacted)
            return Redacted(form);
        if (place.Reason is not null)
            return Null(form, place.Reason);
        if (place.Number is { } number)
            return new RenderedValue { Form = ColumnForm.Int64, Int64 = number };
        if (!place.Rest.IsEmpty)
            return RenderJson(place.Type, place.Address, place.Rest);
        // The column's own type is another only where it holds several.
        GoType type = source.Path.IsEmpty ? source.Root : source.Path[^1].Type;
        return RenderPlace(type, place.Address, form);
    }

    /// <summary>Renders a value at an address.</summary>
    public RenderedValue Render(GoType type, TargetAddress at, ValueLimits limits)
    {
        documents.Reset(limits);
        return RenderPlace(type, at, ColumnForms.Of(type));
    }

    /// <inheritdoc/>
    public void Dispose() => documents.Dispose();

    private RenderedValue Redacted(ColumnForm form) => form switch
    {
        ColumnForm.Text => Text(form, RedactedText),
        ColumnForm.Json => Text(form, $"\"{RedactedText}\""),
        _ => Null(form, CaptureReason.Redacted),
    };

    private RenderedValue RenderPlace(GoType type, TargetAddress at, ColumnForm form)
    {
        if (form == ColumnForm.Json)
            return RenderJson(type, at);
        int depth = documents.Limits.PointerDepth;
        while (true)
        {
            WellknownType known = documents.Shapes.Of(type).Known;
            if (Atomics.Unwrap(type, known) is { } inner)
            {
                (type, at) = (inner.Type, at + inner.Offset);
            }
            else if (known == WellknownType.None && type is { Kind: GoKind.Pointer, Element: { } element })
            {
                if (!memory.TryReadAddress(at, out TargetAddress target))
                    return Null(form, memory.WhyNot(at, Architecture.PointerSize));
                if (target.IsNil)
                    return Null(form, null);
                documents.Raw.MarkAddress(target.Value);
                if (depth-- <= 0)
                    return Null(form, CaptureReason.DepthReached);
                (type, at) = (element, target);
            }
            else
            {
                return form == ColumnForm.Text ? RenderText(known, type, at, depth) : RenderNumber(type, at, form);
            }
        }
    }

    private RenderedValue RenderJson(GoType type, TargetAddress at, PathRest rest = default)
    {
        string? reason = documents.Write(type, at, documents.Limits.PointerDepth, rest);
        if (reason is not null)
            return Null(ColumnForm.Json, reason);
        documents.Json.Flush();
        documents.Raw.Finish();
        bool isNil = documents.Written.SequenceEqual("null"u8);
        return new RenderedValue
        {
            Form = ColumnForm.Json,
            IsNull = isNil,
            Utf8 = isNil ? [] : documents.Written,
            RawUtf8 = documents.Raw.Written,
        };
    }

    private RenderedValue RenderText(WellknownType known, GoType type, TargetAddress at, int depth)
    {
        string? reason;
        if (WellknownTypes.IsText(known))
        {
            reason = documents.Wellknown.Read(known, type, at, depth, out string? text);
            return reason is null ? Text(ColumnForm.Text, text) : Null(ColumnForm.Text, reason);
        }
        if (type.Kind is not (GoKind.String or GoKind.Slice or GoKind.Array))
        {
            reason = documents.Scalars.ReadText(type, at, out string? text);
            return reason is null ? Text(ColumnForm.Text, text) : Null(ColumnForm.Text, reason);
        }
        bool isNil = false;
        reason = type.Kind == GoKind.String
            ? documents.Text.ReadString(at, out ReadOnlySpan<byte> shown)
            : documents.Text.ReadBytes(type, at, out isNil, out shown);
        if (reason is not null || isNil)
            return Null(ColumnForm.Text, reason);
        documents.Raw.Finish();
        return new RenderedValue { Form = ColumnForm.Text, Utf8 = shown, RawUtf8 = documents.Raw.Written };
    }

    private RenderedValue RenderNumber(GoType type, TargetAddress at, ColumnForm form)
    {
        if (documents.Shapes.Of(type).Known == WellknownType.AtomicBool && Atomics.Held(type) is { } held)
            (type, at) = (held.Type, at + (ulong)held.Offset);
        if (!memory.TryReadUnsigned(at, type.Size, out ulong bits))
            return Null(form, memory.WhyNot(at, type.Size));
        documents.Raw.Finish();
        bool isSigned = type.Kind is >= GoKind.Int and <= GoKind.Int64;
        return new RenderedValue
        {
            Form = form,
            Boolean = bits != 0,
            Int64 = isSigned ? ScalarDocument.Signed(bits, type.Size) : (long)bits,
            UInt64 = bits,
            Double = type.Size == 4
                ? FloatText.AsPrinted(BitConverter.UInt32BitsToSingle((uint)bits))
                : BitConverter.UInt64BitsToDouble(bits),
            RawUtf8 = documents.Raw.Written,
        };
    }

    private RenderedValue Null(ColumnForm form, string? reason)
    {
        documents.Raw.Finish();
        return new RenderedValue { Form = form, IsNull = true, Reason = reason, RawUtf8 = documents.Raw.Written };
    }

    private RenderedValue Text(ColumnForm form, string? text)
    {
        if (text is null)
            return Null(form, null);
        documents.Raw.Finish();
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (utf8.Length < bytes)
            utf8 = new byte[bytes];
        Encoding.UTF8.GetBytes(text, utf8);
        return new RenderedValue { Form = form, Utf8 = utf8.AsSpan(0, bytes), RawUtf8 = documents.Raw.Written };
    }
}
