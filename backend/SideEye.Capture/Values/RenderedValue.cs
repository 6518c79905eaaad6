using System.Text;

namespace SideEye.Capture.Values;

/// <summary>
/// A value ready for its column. The spans lie in buffers of the renderer and are valid until it renders again.
/// </summary>
public readonly ref struct RenderedValue
{
    /// <summary>Which of the members holds the value.</summary>
    public ColumnForm Form { get; init; }

    /// <summary>True when there is no value: <see cref="Reason"/> says why, or it is null and the value is nil.
    /// </summary>
    public bool IsNull { get; init; }

    /// <summary>Why there is no value, as in <see cref="CaptureReason"/>; else null.</summary>
    public string? Reason { get; init; }

    /// <summary>The value of <see cref="ColumnForm.Boolean"/>.</summary>
    public bool Boolean { get; init; }

    /// <summary>The value of <see cref="ColumnForm.Int64"/>.</summary>
    public long Int64 { get; init; }

    /// <summary>The value of <see cref="ColumnForm.UInt64"/>.</summary>
    public ulong UInt64 { get; init; }

    /// <summary>The value of <see cref="ColumnForm.Double"/>.</summary>
    public double Double { get; init; }

    /// <summary>The value of <see cref="ColumnForm.Text"/> and <see cref="ColumnForm.Json"/>, valid UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8 { get; init; }

    /// <summary>The raw document, JSON; empty when there is none.</summary>
    public ReadOnlySpan<byte> RawUtf8 { get; init; }

    /// <summary><see cref="Utf8"/> as a string; null without a value.</summary>
    public string? Text => IsNull ? null : Encoding.UTF8.GetString(Utf8);

    /// <summary><see cref="RawUtf8"/> as a string; null when there is none.</summary>
    public string? Raw => RawUtf8.IsEmpty ? null : Encoding.UTF8.GetString(RawUtf8);
}
