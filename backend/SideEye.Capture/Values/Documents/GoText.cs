using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>
/// Strings, and bytes that are shown as text: a slice of bytes as the text that it is, or in base64 when it is none; an
/// array of bytes, which is an identity or a hash as a rule, in hexadecimal.
/// </summary>
internal sealed class GoText(ValueDocuments documents)
{
    // No address space is larger, so no length is.
    private const ulong LengthMax = 1UL << 47;

    private byte[] read = new byte[1024];
    private byte[] shown = new byte[1024];

    /// <summary>Reads a string and marks it where it was cut or is no UTF-8.</summary>
    /// <param name="at">Of the string's header.</param>
    /// <param name="text">Valid UTF-8 until the next read.</param>
    /// <returns>Why there is none; null when there is.</returns>
    public string? ReadString(TargetAddress at, out ReadOnlySpan<byte> text) => Read(at, false, out text, out _);

    /// <summary>As <see cref="ReadString"/>, of a key whose element the probe may have left out.</summary>
    /// <param name="at">Of the key.</param>
    /// <param name="text">Valid UTF-8 until the next read.</param>
    /// <param name="isSecret">True when the element was left out because the key is a secret's name.</param>
    public string? ReadKey(TargetAddress at, out ReadOnlySpan<byte> text, out bool isSecret) =>
        Read(at, true, out text, out isSecret);

    private string? Read(TargetAddress at, bool mayBeMarked, out ReadOnlySpan<byte> text, out bool isMarked)
    {
        text = [];
        isMarked = false;
        if (!documents.Memory.TryReadUInt64(at + 8, out ulong length))
            return documents.Memory.WhyNot(at + 8, 8);
        if (mayBeMarked && NameMark.IsIn(length))
        {
            isMarked = true;
            length = NameMark.Remove(length);
        }
        if (length == 0)
            return null;
        if (!documents.Memory.TryReadUInt64(at, out ulong start))
            return documents.Memory.WhyNot(at, 8);
        if (start == 0 || length > LengthMax)
            return CaptureReason.NotPlausible;
        if (Fill(start, length, documents.Limits.StringBytes) is not { } bytes)
            return documents.Memory.NotThere;
        if ((ulong)bytes < length)
        {
            bytes = WholeRunes(read.AsSpan(0, bytes));
            documents.Raw.Mark(RawMarks.Truncated, $"string: {bytes} of {length} bytes");
        }
        text = Valid(read.AsSpan(0, bytes));
        return null;
    }

    /// <summary>Reads the header of a slice.</summary>
    /// <returns>Why it is none; null when it is.</returns>
    public string? ReadSlice(TargetAddress at, out ulong start, out long length)
    {
        length = 0;
        ValueMemory memory = documents.Memory;
        if (!memory.TryReadUInt64(at, out start))
            return memory.WhyNot(at, 8);
        if (!memory.TryReadUInt64(at + 8, out ulong count))
            return memory.WhyNot(at + 8, 8);
        // The capacity is often optimised away; what is there has to fit.
        if (memory.TryReadUInt64(at + 16, out ulong capacity) && capacity < count)
            return CaptureReason.NotPlausible;
        if (count > LengthMax || (start == 0 && count > 0))
            return CaptureReason.NotPlausible;
        length = (long)count;
        return null;
    }

    /// <summary>Reads a slice or array of bytes.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="at">Where it is.</param>
    /// <param name="isNil">True for a nil slice.</param>
    /// <param name="text">What to show until the next read.</param>
    /// <returns>Why there is none; null when there is.</returns>
    public string? ReadBytes(GoType type, TargetAddress at, out bool isNil, out ReadOnlySpan<byte> text)
    {
        text = [];
        isNil = false;
        ulong start = at.Value;
        long length = type.Length;
        if (type.Kind == GoKind.Slice)
        {
            if (ReadSlice(at, out start, out length) is { } reason)
                return reason;
            isNil = start == 0;
        }
        if (length <= 0)
            return null;
        if (Fill(start, (ulong)length, documents.Limits.SliceBytes) is not { } bytes)
            return documents.Memory.WhyNot(new TargetAddress(start), length);
        ReadOnlySpan<byte> content = read.AsSpan(0, bytes);
        if (type.Kind == GoKind.Array)
        {
            text = Hexadecimal(content);
        }
        else
        {
            ReadOnlySpan<byte> whole = bytes < length ? content[..WholeRunes(content)] : content;
            bool isText = Utf8.IsValid(whole);
            content = isText ? whole : content;
            text = isText ? whole : InBase64(content);
        }
        if (content.Length < length)
            documents.Raw.Mark(RawMarks.Truncated, $"bytes: {content.Length} of {length}");
        return null;
    }

    private int? Fill(ulong start, ulong length, int limit)
    {
        int bytes = (int)Math.Min(length, (ulong)Math.Max(limit, 0));
        if (read.Length < bytes)
            read = new byte[bytes];
        return documents.Memory.TryRead(new TargetAddress(start), read.AsSpan(0, bytes)) ? bytes : null;
    }

    /// <summary>Length without the beginning of a character that was cut in two.</summary>
    private static int WholeRunes(ReadOnlySpan<byte> text)
    {
        for (int back = 1; back <= 3 && back <= text.Length; back++)
        {
            byte lead = text[^back];
            if ((lead & 0xc0) == 0x80)
                continue;
            int needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
            return needed > back ? text.Length - back : text.Length;
        }
        return text.Length;
    }

    private ReadOnlySpan<byte> Valid(ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
            return text;
        documents.Raw.Mark(RawMarks.InvalidUtf8);
        Grow(3 * text.Length);
        int length = 0;
        while (!text.IsEmpty)
        {
            // As Go: one replacement for each byte that belongs to no character.
            OperationStatus status = Rune.DecodeFromUtf8(text, out Rune rune, out int used);
            length += rune.EncodeToUtf8(shown.AsSpan(length));
            text = text[(status == OperationStatus.Done ? used : 1)..];
        }
        return shown.AsSpan(0, length);
    }

    private ReadOnlySpan<byte> InBase64(ReadOnlySpan<byte> content)
    {
        documents.Raw.Mark(RawMarks.Encoding, "base64");
        Grow(Base64.GetMaxEncodedToUtf8Length(content.Length));
        Base64.EncodeToUtf8(content, shown, out _, out int length);
        return shown.AsSpan(0, length);
    }

    private ReadOnlySpan<byte> Hexadecimal(ReadOnlySpan<byte> content)
    {
        Grow(2 * content.Length);
        Convert.TryToHexStringLower(content, shown, out int length);
        return shown.AsSpan(0, length);
    }

    private void Grow(int bytes)
    {
        if (shown.Length < bytes)
            shown = new byte[bytes];
    }
}
