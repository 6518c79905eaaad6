using System.Numerics;
using System.Text;
using SideEye.Capture.Values.Documents;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Wellknown;

/// <summary>Types of the standard library whose values are shown as text.</summary>
internal sealed class WellknownText(ValueDocuments documents)
{
    private const int WordBytes = 8;
    private readonly AddressText addresses = new(documents);

    /// <summary>Reads a value of such a type.</summary>
    /// <param name="known">Which type.</param>
    /// <param name="type">It.</param>
    /// <param name="at">Where the value is.</param>
    /// <param name="depth">Pointers that may be followed.</param>
    /// <param name="text">The text; null for nil.</param>
    /// <returns>Why there is none; null when there is, or the value is nil.</returns>
    public string? Read(WellknownType known, GoType type, TargetAddress at, int depth, out string? text)
    {
        switch (known)
        {
            case WellknownType.Time:
                return ReadTime(type, at, out text);
            case WellknownType.Duration:
                text = null;
                if (!documents.Memory.TryReadUInt64(at, out ulong nanoseconds))
                    return documents.Memory.WhyNot(at, 8);
                text = TimeText.OfDuration((long)nanoseconds);
                return null;
            case WellknownType.BigInt:
                return ReadBigInt(type, at, out text);
            default:
                return addresses.Read(known, type, at, depth, out text);
        }
    }

    /// <summary>Reads a field that is a string.</summary>
    public string? ReadString(GoType type, TargetAddress at, string field, out string text)
    {
        text = "";
        if (Layouts.Field(type, field) is not { Type.Kind: GoKind.String } found)
            return CaptureReason.UnknownLayout;
        string? reason = documents.Text.ReadString(at + (ulong)found.Offset, out ReadOnlySpan<byte> utf8);
        text = Encoding.UTF8.GetString(utf8);
        return reason;
    }

    private string? ReadTime(GoType type, TargetAddress at, out string? text)
    {
        text = null;
        if (Layouts.Field(type, "wall") is not { } wall || Layouts.Field(type, "ext") is not { } ext)
            return CaptureReason.UnknownLayout;
        if (!documents.Memory.TryReadUInt64(at + (ulong)wall.Offset, out ulong bits)
            || !documents.Memory.TryReadUInt64(at + (ulong)ext.Offset, out ulong extension))
        {
            return documents.Memory.WhyNot(at, type.Size);
        }
        text = TimeText.Of(bits, (long)extension);
        return null;
    }

    // math/big/int.go, nat.go: a sign and a slice of words, the least significant first.
    private string? ReadBigInt(GoType type, TargetAddress at, out string? text)
    {
        text = null;
        if (Layouts.Field(type, "neg") is not { } sign || Layouts.Field(type, "abs") is not { } words)
            return CaptureReason.UnknownLayout;
        if (!documents.Memory.TryReadUnsigned(at + (ulong)sign.Offset, 1, out ulong isNegative))
            return documents.Memory.WhyNot(at, type.Size);
        if (documents.Text.ReadSlice(at + (ulong)words.Offset, out ulong start, out long count) is { } reason)
            return reason;
        if (count > documents.Limits.SliceBytes / WordBytes)
            return $"{CaptureReason.LimitPrefix}big.Int of {count} words)";
        byte[] bytes = new byte[count * WordBytes];
        if (!documents.Memory.TryRead(new TargetAddress(start), bytes))
            return documents.Memory.NotThere;
        BigInteger number = new(bytes, isUnsigned: true);
        text = (isNegative != 0 ? -number : number).ToString();
        return null;
    }
}
