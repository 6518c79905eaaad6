using System.Runtime.InteropServices;
using SideEye.Capture.Values.Maps;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>
/// Maps: an object when keys are strings, integers or bools, sorted by key; else an array of key and value in the order
/// of memory.
/// </summary>
internal sealed class MapDocument(ValueDocuments documents)
{
    private readonly MapReader reader = new(documents.Memory, documents.Bounds);

    // Entries of all maps around the current one; used like stacks.
    private readonly List<MapEntry> entries = [];
    private readonly List<NamedEntry> named = [];

    /// <summary>Forgets the maps around.</summary>
    public void Reset()
    {
        entries.Clear();
        named.Clear();
    }

    /// <summary>Writes a map.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="at">Where it is.</param>
    /// <param name="depth">Pointers that may be followed.</param>
    /// <param name="each">What to take of each element, at no cost of depth; null for all of the value.</param>
    public string? Write(GoType type, TargetAddress at, int depth, PathRest? each = null)
    {
        if (!documents.Memory.TryReadUInt64(at, out ulong header))
            return documents.Memory.WhyNot(at, 8);
        if (header == 0)
        {
            documents.Json.WriteNullValue();
            return null;
        }
        documents.Raw.MarkAddress(header);
        if (each is null && depth-- <= 0)
            return CaptureReason.DepthReached;
        PathRest rest = each ?? default;
        int start = entries.Count;
        // One more than is shown does not tell more than the count does, so as many as are shown are read.
        MapScan scan = reader.Read(type, at, documents.Limits.MapEntries, entries);
        string? reason = scan.Reason;
        if (reason is null)
        {
            int shown = IsName(type.Key!.Kind)
                ? WriteObject(type.Key, type.Element!, start, depth, rest)
                : WritePairs(type.Key, type.Element!, start, depth, rest);
            if ((ulong)shown < scan.Count)
                documents.Raw.Mark(RawMarks.Truncated, $"map: {shown} of {scan.Count} entries{Why(start)}");
        }
        entries.RemoveRange(start, entries.Count - start);
        return reason;
    }

    /// <summary>Which limit left entries out, when it is not that of entries.</summary>
    private string Why(int start) =>
        documents.Memory.Cut is { } cut && entries.Count - start < documents.Limits.MapEntries
            ? $": {CaptureReason.LimitOf(cut)}" : "";

    private static bool IsName(GoKind kind) =>
        kind is GoKind.String or (>= GoKind.Bool and <= GoKind.Uintptr);

    private int WriteObject(GoType key, GoType element, int start, int depth, PathRest rest)
    {
        int first = named.Count;
        int texts = documents.Keys.Length;
        for (int i = start; i < entries.Count; i++)
        {
            if (NameOf(key, entries[i]) is { } entry)
                named.Add(entry);
        }
        CollectionsMarshal.AsSpan(named)[first..].Sort(Compare);
        documents.Json.WriteStartObject();
        int last = named.Count;
        int shown = first;
        for (; shown < last && !documents.IsFull; shown++)
        {
            NamedEntry entry = named[shown];
            ReadOnlySpan<byte> name = documents.Keys.Of(entry.Name);
            documents.Json.WritePropertyName(name);
            documents.Raw.Enter(entry.Name);
            // The probe sees bytes, where letters outside of ASCII have no case.
            if (entry.IsSecret || (key.Kind == GoKind.String
                && documents.Rules.Redaction.IsSecret(System.Text.Encoding.UTF8.GetString(name))))
            {
                documents.WriteRedacted();
            }
            else
            {
                documents.WriteOrNull(element, entry.Element, depth, rest);
            }
            documents.Raw.Leave();
        }
        documents.Json.WriteEndObject();
        named.RemoveRange(first, last - first);
        documents.Keys.Length = texts;
        return shown - first;
    }

    private int WritePairs(GoType key, GoType element, int start, int depth, PathRest rest)
    {
        documents.Json.WriteStartArray();
        int last = entries.Count;
        int shown = start;
        for (; shown < last && !documents.IsFull; shown++)
        {
            MapEntry entry = entries[shown];
            documents.Json.WriteStartObject();
            documents.Raw.Enter(shown - start);
            WriteMember(KeyName, key, entry.Key, depth, default);
            WriteMember(ValueName, element, entry.Element, depth, rest);
            documents.Raw.Leave();
            documents.Json.WriteEndObject();
        }
        documents.Json.WriteEndArray();
        return shown - start;
    }

    private static readonly System.Text.Json.JsonEncodedText KeyName = System.Text.Json.JsonEncodedText.Encode("key");
    private static readonly System.Text.Json.JsonEncodedText ValueName =
        System.Text.Json.JsonEncodedText.Encode("value");

    private void WriteMember(
        System.Text.Json.JsonEncodedText name, GoType type, TargetAddress at, int depth, PathRest rest)
    {
        documents.Json.WritePropertyName(name);
        documents.Raw.Enter(name);
        documents.WriteOrNull(type, at, depth, rest);
        documents.Raw.Leave();
    }

    private NamedEntry? NameOf(GoType key, MapEntry entry)
    {
        if (key.Kind == GoKind.String)
        {
            return documents.Text.ReadKey(entry.Key, out ReadOnlySpan<byte> text, out bool isSecret) is null
                ? new NamedEntry(documents.Keys.Add(text), 0, entry.Element) { IsSecret = isSecret }
                : null;
        }
        if (!documents.Memory.TryReadUnsigned(entry.Key, key.Size, out ulong bits))
            return null;
        Span<byte> digits = stackalloc byte[24];
        int length;
        if (key.Kind == GoKind.Bool)
        {
            ReadOnlySpan<byte> truth = bits != 0 ? "true"u8 : "false"u8;
            return new NamedEntry(documents.Keys.Add(truth), bits, entry.Element);
        }
        if (key.Kind <= GoKind.Int64)
        {
            long number = ScalarDocument.Signed(bits, key.Size);
            number.TryFormat(digits, out length);
            bits = (ulong)number ^ (1UL << 63);
        }
        else
        {
            bits.TryFormat(digits, out length);
        }
        return new NamedEntry(documents.Keys.Add(digits[..length]), bits, entry.Element);
    }

    private int Compare(NamedEntry left, NamedEntry right)
    {
        int order = left.Order.CompareTo(right.Order);
        return order != 0 ? order : documents.Keys.Of(left.Name).SequenceCompareTo(documents.Keys.Of(right.Name));
    }

    /// <summary>An entry under a text.</summary>
    /// <param name="Name">The key as text.</param>
    /// <param name="Order">Orders numbers; equal for texts.</param>
    /// <param name="Element">Where the element is.</param>
    private readonly record struct NamedEntry(KeyText Name, ulong Order, TargetAddress Element)
    {
        /// <summary>True when the element was not copied: the name is a secret's.</summary>
        public bool IsSecret { get; init; }
    }
}
