using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SideEye.Capture.Values.Documents;

/// <summary>Marks of the raw document.</summary>
[Flags]
internal enum RawMarks : byte
{
    None = 0,
    Address = 1,
    Type = 2,
    Truncated = 4,
    Unreadable = 8,
    Cycle = 16,
    Encoding = 32,
    InvalidUtf8 = 64,
}

/// <summary>
/// The document beside a value's own: nested like it, but holding only addresses, dynamic types and marks. Objects are
/// opened when something within them is marked, so that a value without marks costs nothing.
/// </summary>
internal sealed class RawDocument : IDisposable
{
    private readonly ArrayBufferWriter<byte> buffer = new(1024);
    private readonly Utf8JsonWriter json;
    private readonly KeyTexts keys;
    private Level[] levels = new Level[16];
    private int depth;
    private int opened;

    public RawDocument(KeyTexts keys)
    {
        this.keys = keys;
        json = new Utf8JsonWriter(buffer, JsonOptions);
    }

    /// <summary>How both documents are written: our own nesting is right by construction.</summary>
    public static JsonWriterOptions JsonOptions { get; } =
        new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The finished document; empty when nothing was marked.</summary>
    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    /// <summary>Bytes so far.</summary>
    public long Length => json.BytesCommitted + json.BytesPending;

    /// <summary>Starts anew.</summary>
    public void Reset()
    {
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        depth = 0;
        opened = -1;
        levels[0] = default;
    }

    /// <summary>Closes what is open.</summary>
    public void Finish()
    {
        for (; opened >= 0; opened--)
            json.WriteEndObject();
        json.Flush();
    }

    /// <summary>Enters a field.</summary>
    public void Enter(JsonEncodedText name) => Enter(new Level { Kind = SegmentKind.Name, Name = name });

    /// <summary>Enters an element.</summary>
    public void Enter(int index) => Enter(new Level { Kind = SegmentKind.Index, Start = index });

    /// <summary>Enters the entry of a map.</summary>
    public void Enter(KeyText key) =>
        Enter(new Level { Kind = SegmentKind.Key, Start = key.Start, Length = key.Length });

    /// <summary>Leaves what was entered last.</summary>
    public void Leave()
    {
        if (opened == depth)
        {
            json.WriteEndObject();
            opened--;
        }
        depth--;
    }

    /// <summary>Marks the current value; of each mark the first counts: of pointers to pointers the outermost's.
    /// </summary>
    public void Mark(RawMarks mark, ReadOnlySpan<char> text)
    {
        if (Open(mark))
            json.WriteString(NameOf(mark), text);
    }

    /// <summary>Marks the current value with its address.</summary>
    public void MarkAddress(ulong address)
    {
        if (!Open(RawMarks.Address))
            return;
        Span<char> text = stackalloc char[18];
        text.TryWrite($"0x{address:x}", out int length);
        json.WriteString("__addr"u8, text[..length]);
    }

    /// <summary>Sets a mark that is only ever true.</summary>
    public void Mark(RawMarks mark)
    {
        if (Open(mark))
            json.WriteBoolean(NameOf(mark), true);
    }

    /// <summary>Says why the current value is null.</summary>
    public void MarkAbsent(string reason)
    {
        if (CaptureReason.LimitOf(reason) is { } limit)
            Mark(RawMarks.Truncated, limit);
        else if (reason != CaptureReason.Redacted)
            Mark(RawMarks.Unreadable, reason);
    }

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();

    private static ReadOnlySpan<byte> NameOf(RawMarks mark) => mark switch
    {
        RawMarks.Address => "__addr"u8,
        RawMarks.Type => "__type"u8,
        RawMarks.Truncated => "__truncated"u8,
        RawMarks.Unreadable => "__unreadable"u8,
        RawMarks.Cycle => "__cycle"u8,
        RawMarks.Encoding => "__encoding"u8,
        _ => "__invalid_utf8"u8,
    };

    private void Enter(Level level)
    {
        depth++;
        if (depth == levels.Length)
            Array.Resize(ref levels, 2 * depth);
        levels[depth] = level;
    }

    private bool Open(RawMarks mark)
    {
        if ((levels[depth].Marks & mark) != 0)
            return false;
        levels[depth].Marks |= mark;
        while (opened < depth)
        {
            opened++;
            if (opened > 0)
                WriteName(levels[opened]);
            json.WriteStartObject();
        }
        return true;
    }

    private void WriteName(in Level level)
    {
        if (level.Kind == SegmentKind.Name)
        {
            json.WritePropertyName(level.Name);
            return;
        }
        if (level.Kind == SegmentKind.Key)
        {
            json.WritePropertyName(keys.Of(new KeyText(level.Start, level.Length)));
            return;
        }
        Span<char> text = stackalloc char[12];
        level.Start.TryFormat(text, out int length);
        json.WritePropertyName(text[..length]);
    }

    private enum SegmentKind : byte
    {
        Name,
        Index,
        Key,
    }

    private struct Level
    {
        public SegmentKind Kind;
        public RawMarks Marks;
        public JsonEncodedText Name;
        public int Start;
        public int Length;
    }
}
