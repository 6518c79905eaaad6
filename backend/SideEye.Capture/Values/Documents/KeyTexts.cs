namespace SideEye.Capture.Values.Documents;

/// <summary>Where a key's text lies in <see cref="KeyTexts"/>.</summary>
internal readonly record struct KeyText(int Start, int Length);

/// <summary>Texts of the keys of the maps that are being rendered, one behind the other; used like a stack.</summary>
internal sealed class KeyTexts
{
    private byte[] bytes = new byte[1024];

    /// <summary>Bytes in use; set it back to forget the texts since.</summary>
    public int Length { get; set; }

    /// <summary>Keeps a text.</summary>
    public KeyText Add(ReadOnlySpan<byte> text)
    {
        if (bytes.Length - Length < text.Length)
            Array.Resize(ref bytes, Math.Max(2 * bytes.Length, Length + text.Length));
        text.CopyTo(bytes.AsSpan(Length));
        KeyText kept = new(Length, text.Length);
        Length += text.Length;
        return kept;
    }

    /// <summary>A text.</summary>
    public ReadOnlySpan<byte> Of(KeyText key) => bytes.AsSpan(key.Start, key.Length);
}
