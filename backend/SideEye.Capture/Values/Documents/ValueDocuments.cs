using System.Buffers;
using System.Text.Json;
using SideEye.Capture.Values.Wellknown;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>
/// Writes a Go value as JSON and its marks into the raw document. A writer of a kind returns null when it has written
/// exactly one JSON value, or the reason why there is none and then has written nothing.
/// </summary>
internal sealed class ValueDocuments : IDisposable
{
    private readonly ArrayBufferWriter<byte> buffer = new(4096);
    private readonly SequenceDocument sequences;
    private readonly PointerDocument pointers;
    private readonly InterfaceDocument interfaces;
    private readonly MapDocument maps;
    private readonly ChanDocument channels;
    private readonly SyncDocument sync;
    private readonly ErrorText errors;
    private int nesting;
    private int values;

    public ValueDocuments(ValueMemory memory, RenderingRules rules, RenderLimits bounds)
    {
        Memory = memory;
        Rules = rules;
        Bounds = bounds;
        Shapes = new TypeShapes(rules.Redaction, rules.IsEveryPointerWordDirect);
        Raw = new RawDocument(Keys);
        Json = new Utf8JsonWriter(buffer, RawDocument.JsonOptions);
        Text = new GoText(this);
        Scalars = new ScalarDocument(this);
        Wellknown = new WellknownText(this);
        sequences = new SequenceDocument(this);
        pointers = new PointerDocument(this);
        interfaces = new InterfaceDocument(this);
        maps = new MapDocument(this);
        channels = new ChanDocument(this);
        sync = new SyncDocument(this);
        Selections = new SelectionDocument(this, maps, sequences);
        errors = new ErrorText(this);
    }

    public ValueMemory Memory { get; }

    public RenderingRules Rules { get; }

    public RenderLimits Bounds { get; }

    public ValueLimits Limits { get; private set; }

    /// <summary>True when a type that an expression asserts in vain is not worth a word.</summary>
    public bool AssertsInVain { get; private set; }

    public TypeShapes Shapes { get; }

    public KeyTexts Keys { get; } = new();

    public RawDocument Raw { get; }

    public Utf8JsonWriter Json { get; }

    public GoText Text { get; }

    public ScalarDocument Scalars { get; }

    public WellknownText Wellknown { get; }

    public SelectionDocument Selections { get; }

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    /// <summary>True when no more is to be written than what closes the document.</summary>
    public bool IsFull => values > Bounds.ValuesMax
        || Json.BytesCommitted + Json.BytesPending > Bounds.DocumentBytesMax || Raw.Length > Bounds.DocumentBytesMax;

    /// <summary>Starts anew.</summary>
    public void Reset(ValueLimits limits, bool assertsInVain = false)
    {
        Limits = limits;
        AssertsInVain = assertsInVain;
        buffer.ResetWrittenCount();
        Json.Reset(buffer);
        Raw.Reset();
        Keys.Length = 0;
        nesting = 0;
        values = 0;
        pointers.Reset();
        maps.Reset();
    }

    /// <summary>Writes a value, or null and why.</summary>
    public void WriteOrNull(GoType type, TargetAddress at, int depth)
    {
        if (Write(type, at, depth) is not { } reason)
            return;
        Json.WriteNullValue();
        Raw.MarkAbsent(reason);
    }

    /// <summary>Writes a value.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="at">Where it is.</param>
    /// <param name="depth">Pointers that may be followed from it.</param>
    public string? Write(GoType type, TargetAddress at, int depth)
    {
        if (IsFull)
            return CaptureReason.SizeReached;
        if (nesting >= Bounds.NestingMax)
            return CaptureReason.NestingReached;
        values++;
        // A pointer or interface is written as what is behind it, and how many there may be has a limit of its own.
        int level = type.Kind is GoKind.Pointer or GoKind.Interface ? 0 : 1;
        nesting += level;
        string? reason = WriteWithin(type, at, depth);
        nesting -= level;
        return reason;
    }

    /// <summary>Writes what a path selects of a value, or null and why.</summary>
    public void WriteOrNull(GoType type, TargetAddress at, int depth, PathRest rest)
    {
        string? reason = Write(type, at, depth, rest);
        if (reason == CaptureReason.Redacted)
        {
            WriteRedacted();
        }
        else if (reason is not null)
        {
            Json.WriteNullValue();
            if (!AssertsInVain || !CaptureReason.IsOtherType(reason))
                Raw.MarkAbsent(reason);
        }
    }

    /// <summary>Writes what a path selects of a value: the value that it leads to, of each of several, or parts.
    /// </summary>
    public string? Write(GoType type, TargetAddress at, int depth, PathRest rest) =>
        rest.IsEmpty ? Write(type, at, depth) : Selections.Write(type, at, depth, rest);

    /// <summary>Writes the fields of a struct into the object that is open.</summary>
    public void WriteFields(GoType type, TargetAddress at, int depth)
    {
        foreach (FieldShape field in Shapes.Of(type).Fields)
        {
            if (IsFull)
            {
                Raw.Mark(RawMarks.Truncated, "document size");
                return;
            }
            Json.WritePropertyName(field.Name);
            Raw.Enter(field.Name);
            if (field.IsSecret)
                WriteRedacted();
            else
                WriteOrNull(field.Type, at + field.Offset, depth);
            Raw.Leave();
        }
    }

    /// <summary>Writes what stands for a secret.</summary>
    public void WriteRedacted() => Json.WriteStringValue(ValueRenderer.RedactedText);

    /// <inheritdoc/>
    public void Dispose()
    {
        Json.Dispose();
        Raw.Dispose();
    }

    private string? WriteWithin(GoType type, TargetAddress at, int depth)
    {
        TypeShape shape = Shapes.Of(type);
        if (shape.Known != WellknownType.None)
            return WriteKnown(shape.Known, type, at, depth);
        if (shape.IsError && WriteMessage(type, at, depth))
            return null;
        return type.Kind switch
        {
            GoKind.Struct => WriteStruct(type, at, depth),
            GoKind.Pointer => pointers.Write(type, at, depth),
            GoKind.Interface => interfaces.Write(type, at, depth),
            GoKind.Map => maps.Write(type, at, depth),
            GoKind.Chan => channels.Write(type, at, depth),
            GoKind.Slice or GoKind.Array => sequences.Write(type, at, depth),
            _ => Scalars.Write(type, at),
        };
    }

    private bool WriteMessage(GoType type, TargetAddress at, int depth)
    {
        if (type.Kind == GoKind.Pointer && Memory.TryReadUInt64(at, out ulong target) && target != 0)
            Raw.MarkAddress(target);
        if (errors.Compose(type, at, depth) is not { } message)
            return false;
        Json.WriteStringValue(message);
        return true;
    }

    private string? WriteStruct(GoType type, TargetAddress at, int depth)
    {
        if (!Memory.IsAnyReadable(at, type.Size))
            return Memory.WhyNot(at, type.Size);
        Json.WriteStartObject();
        WriteFields(type, at, depth);
        Json.WriteEndObject();
        return null;
    }

    private string? WriteKnown(WellknownType known, GoType type, TargetAddress at, int depth)
    {
        if (WellknownTypes.IsText(known))
        {
            string? reason = Wellknown.Read(known, type, at, depth, out string? text);
            if (reason is not null)
                return reason;
            Json.WriteStringValue(text);
            return null;
        }
        switch (known)
        {
            case WellknownType.Context or WellknownType.Error:
                return interfaces.Write(type, at, depth);
            case WellknownType.AtomicScalar or WellknownType.AtomicPointer
                when Atomics.Unwrap(type, known) is { } inner:
                return Write(inner.Type, at + inner.Offset, depth);
            default:
                return sync.Write(known, type, at);
        }
    }
}
