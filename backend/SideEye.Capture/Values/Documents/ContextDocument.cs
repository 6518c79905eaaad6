using SideEye.Capture.Values.Wellknown;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>
/// Contexts: what <c>Deadline</c> and <c>Err</c> would say, and the values that the spec asks for, gathered along the
/// chain of parents (context/context.go, Go 1.19 to 1.27).
/// </summary>
internal sealed class ContextDocument(ValueDocuments documents)
{
    private readonly InterfaceReader interfaces = new(documents.Memory, documents.Rules, documents.Shapes);

    // A context of one's own embeds its parent not deeper than this.
    private const int EmbeddingMax = 8;

    /// <summary>Writes a context.</summary>
    /// <param name="type">Its dynamic type.</param>
    /// <param name="at">Where it is.</param>
    /// <param name="depth">Pointers that may be followed from it; parents cost nothing.</param>
    public string? Write(GoType type, TargetAddress at, int depth)
    {
        if (type.Kind == GoKind.Pointer)
        {
            if (!documents.Memory.TryReadUInt64(at, out ulong target))
                return documents.Memory.WhyNot(at, 8);
            documents.Raw.MarkAddress(target);
            if (depth <= 0)
                return CaptureReason.DepthReached;
            depth--;
        }
        Chain chain = new() { Depth = depth };
        string? stop = Walk(type, at, ref chain);
        if (chain.Links == 0 && stop is not null)
            return stop;
        documents.Json.WriteStartObject();
        WriteDeadline(chain);
        WriteError(chain);
        documents.Json.WritePropertyName("values"u8);
        documents.Json.WriteStartObject();
        documents.Raw.Enter(ValuesName);
        // Keys are looked for from the context outwards: the first that has one wins.
        WriteValues(type, at, depth);
        documents.Raw.Leave();
        documents.Json.WriteEndObject();
        documents.Json.WriteEndObject();
        if (stop is not null)
            documents.Raw.Mark(RawMarks.Truncated, $"context: {chain.Links} links; {stop}");
        return null;
    }

    private static readonly System.Text.Json.JsonEncodedText ValuesName =
        System.Text.Json.JsonEncodedText.Encode("values");

    private static readonly System.Text.Json.JsonEncodedText ErrorName =
        System.Text.Json.JsonEncodedText.Encode("err");

    /// <summary>Finds the deadline and the error that count: the nearest ones, up to a context that is detached.
    /// </summary>
    /// <returns>Why the chain could not be walked to its end; null at the end.</returns>
    private string? Walk(GoType type, TargetAddress at, ref Chain chain)
    {
        bool isDetached = false;
        for (; chain.Links < documents.Bounds.ContextLinksMax; chain.Links++)
        {
            if (Struct(ref type, ref at) is { } reason)
                return reason;
            if (IsRoot(type.Name))
                return null;
            isDetached |= type.Name == "context.withoutCancelCtx";
            if (!isDetached)
            {
                chain.Deadline ??= Find(type, at, "deadline", WellknownType.Time);
                chain.Cancel ??= FindCancel(type, at, 0);
            }
            if (Parent(type, at, 0) is not { } parent)
                return $"{type.Name} has no parent";
            if (interfaces.Read(parent.Type, parent.At, out HeldValue held) is { } why)
                return why;
            if (held.Type is null)
                return null;
            (type, at) = (held.Type, held.Address);
        }
        return $"limit of {documents.Bounds.ContextLinksMax}";
    }

    private void WriteValues(GoType type, TargetAddress at, int depth)
    {
        ulong written = 0;
        for (int link = 0; link < documents.Bounds.ContextLinksMax && !documents.IsFull; link++)
        {
            if (Struct(ref type, ref at) is not null || IsRoot(type.Name))
                return;
            if (type.Name == "context.valueCtx")
                WriteValue(type, at, depth, ref written);
            if (Parent(type, at, 0) is not { } parent
                || interfaces.Read(parent.Type, parent.At, out HeldValue held) is not null || held.Type is null)
            {
                return;
            }
            (type, at) = (held.Type, held.Address);
        }
    }

    private void WriteValue(GoType type, TargetAddress at, int depth, ref ulong written)
    {
        if (Layouts.Field(type, "key") is not { } key || Layouts.Field(type, "val") is not { } value
            || interfaces.Read(key.Type, at + (ulong)key.Offset, out HeldValue held) is not null
            || held.Type is null)
        {
            return;
        }
        int wanted = Math.Min(documents.Rules.ContextKeys.Length, 64);
        for (int i = 0; i < wanted; i++)
        {
            ContextKey asked = documents.Rules.ContextKeys[i];
            if ((written >> i & 1) != 0 || (asked.TypeName is { } name && name != held.Type.Name)
                || (asked.Pointer is { } pointer && !(held.IsDirect
                    && documents.Memory.TryReadUInt64(held.Address, out ulong word) && word == pointer)))
            {
                continue;
            }
            written |= 1UL << i;
            System.Text.Json.JsonEncodedText column = System.Text.Json.JsonEncodedText.Encode(asked.Column);
            documents.Json.WritePropertyName(column);
            documents.Raw.Enter(column);
            if (documents.Rules.Redaction.IsSecret(asked.Column))
                documents.WriteRedacted();
            else
                documents.WriteOrNull(value.Type, at + (ulong)value.Offset, depth);
            documents.Raw.Leave();
        }
    }

    private void WriteDeadline(in Chain chain)
    {
        documents.Json.WritePropertyName("deadline"u8);
        if (chain.Deadline is { } deadline)
            documents.WriteOrNull(deadline.Type, deadline.At, chain.Depth);
        else
            documents.Json.WriteNullValue();
    }

    private void WriteError(in Chain chain)
    {
        documents.Json.WritePropertyName("cancelled"u8);
        if (chain.Cancel is not { } error)
        {
            documents.Json.WriteBooleanValue(false);
            documents.Json.WriteNull("err"u8);
            return;
        }
        string? reason = interfaces.Read(error.Type, error.At, out HeldValue held);
        if (reason is not null && held.RuntimeType == 0)
            documents.Json.WriteNullValue();
        else
            documents.Json.WriteBooleanValue(held.RuntimeType != 0);
        documents.Json.WritePropertyName("err"u8);
        documents.Raw.Enter(ErrorName);
        // What ended a context is told even where pointers may not be followed: that much is the context itself.
        documents.WriteOrNull(error.Type, error.At, Math.Max(chain.Depth, 1));
        documents.Raw.Leave();
    }

    private string? Struct(ref GoType type, ref TargetAddress at)
    {
        if (type is { Kind: GoKind.Pointer, Element: { } element })
        {
            if (!documents.Memory.TryReadAddress(at, out TargetAddress target))
                return documents.Memory.WhyNot(at, 8);
            if (target.IsNil)
                return CaptureReason.NilAt("");
            (type, at) = (element, target);
        }
        return documents.Memory.IsAnyReadable(at, type.Size) ? null : documents.Memory.NotThere;
    }

    // context.emptyCtx is an int until Go 1.20; from 1.21 on it is in the two distinct types.
    private static bool IsRoot(string name) =>
        name is "context.emptyCtx" or "context.backgroundCtx" or "context.todoCtx";

    /// <summary>The field of interface type context.Context, in the struct or one that it embeds.</summary>
    private static (GoType Type, TargetAddress At)? Parent(GoType type, TargetAddress at, int nesting)
    {
        foreach (GoField field in type.Fields)
        {
            TargetAddress place = at + (ulong)field.Offset;
            if (WellknownTypes.Of(field.Type) == WellknownType.Context)
                return (field.Type, place);
            if (field.Type.Kind == GoKind.Struct && nesting < EmbeddingMax
                && Parent(field.Type, place, nesting + 1) is { } inner)
            {
                return inner;
            }
        }
        return null;
    }

    private static (GoType Type, TargetAddress At)? Find(
        GoType type, TargetAddress at, string name, WellknownType known) =>
        type.Name == "context.timerCtx" && Layouts.Field(type, name) is { } field
            && WellknownTypes.Of(field.Type) == known
            ? (field.Type, at + (ulong)field.Offset)
            : null;

    /// <summary>The error of a cancelCtx, which others of the package embed: an error, or an atomic.Value of one.
    /// </summary>
    private static (GoType Type, TargetAddress At)? FindCancel(GoType type, TargetAddress at, int nesting)
    {
        if (type.Name == "context.cancelCtx")
        {
            if (Layouts.Field(type, "err") is not { } error)
                return null;
            TargetAddress place = at + (ulong)error.Offset;
            return Atomics.Unwrap(error.Type, WellknownTypes.Of(error.Type)) is { } inner
                ? (inner.Type, place + inner.Offset)
                : (error.Type, place);
        }
        foreach (GoField field in type.Fields)
        {
            if (field.IsEmbedded && field.Type.Kind == GoKind.Struct && nesting < EmbeddingMax
                && FindCancel(field.Type, at + (ulong)field.Offset, nesting + 1) is { } inner)
            {
                return inner;
            }
        }
        return null;
    }

    private struct Chain
    {
        public int Depth;
        public int Links;
        public (GoType Type, TargetAddress At)? Deadline;
        public (GoType Type, TargetAddress At)? Cancel;
    }
}
