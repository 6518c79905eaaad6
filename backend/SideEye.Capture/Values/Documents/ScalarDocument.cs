using System.Text.Json;
using SideEye.Capture.Values.Wellknown;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>Numbers, bools, strings, functions and untyped pointers.</summary>
internal sealed class ScalarDocument(ValueDocuments documents)
{
    /// <summary>Writes a scalar.</summary>
    public string? Write(GoType type, TargetAddress at)
    {
        Utf8JsonWriter json = documents.Json;
        switch (type.Kind)
        {
            case GoKind.String:
                {
                    string? reason = documents.Text.ReadString(at, out ReadOnlySpan<byte> text);
                    if (reason is null)
                        json.WriteStringValue(text);
                    return reason;
                }
            case GoKind.Complex64 or GoKind.Complex128 or GoKind.Func or GoKind.UnsafePointer or GoKind.Pointer:
                {
                    string? reason = ReadText(type, at, out string? text);
                    if (reason is null)
                        json.WriteStringValue(text);
                    return reason;
                }
        }
        if (!IsNumber(type.Kind))
            return CaptureReason.UnknownType;
        if (!documents.Memory.TryReadUnsigned(at, type.Size, out ulong bits))
            return documents.Memory.WhyNot(at, type.Size);
        switch (type.Kind)
        {
            case GoKind.Bool:
                json.WriteBooleanValue(bits != 0);
                break;
            case GoKind.Float32:
                WriteFloat(BitConverter.UInt32BitsToSingle((uint)bits));
                break;
            case GoKind.Float64:
                WriteFloat(BitConverter.UInt64BitsToDouble(bits));
                break;
            case <= GoKind.Int64:
                json.WriteNumberValue(Signed(bits, type.Size));
                break;
            default:
                json.WriteNumberValue(bits);
                break;
        }
        return null;
    }

    /// <summary>The text of a complex number, a function or an untyped pointer; null text for nil.</summary>
    public string? ReadText(GoType type, TargetAddress at, out string? text)
    {
        text = null;
        if (type.Kind is GoKind.Complex64 or GoKind.Complex128)
            return ReadComplex(type, at, out text);
        ValueMemory memory = documents.Memory;
        if (!memory.TryReadUInt64(at, out ulong pointer))
            return memory.WhyNot(at, 8);
        if (pointer == 0)
            return null;
        documents.Raw.MarkAddress(pointer);
        if (type.Kind != GoKind.Func)
        {
            text = $"0x{pointer:x}";
            return null;
        }
        // A function value points to a funcval, whose first word is the entry pc (runtime/runtime2.go).
        if (!memory.TryReadUInt64(new TargetAddress(pointer), out ulong entry))
            return documents.Memory.NotThere;
        text = documents.Rules.FunctionName?.Invoke(entry) ?? $"0x{entry:x}";
        return null;
    }

    /// <summary>True for bool, integers and floats.</summary>
    public static bool IsNumber(GoKind kind) => kind is >= GoKind.Bool and <= GoKind.Float64;

    /// <summary>A signed integer of that many bytes.</summary>
    public static long Signed(ulong bits, long bytes)
    {
        int unused = 64 - (8 * (int)bytes);
        return (long)(bits << unused) >> unused;
    }

    private string? ReadComplex(GoType type, TargetAddress at, out string? text)
    {
        text = null;
        long half = type.Size / 2;
        if (!documents.Memory.TryReadUnsigned(at, half, out ulong real)
            || !documents.Memory.TryReadUnsigned(at + (ulong)half, half, out ulong imaginary))
        {
            return documents.Memory.WhyNot(at, type.Size);
        }
        string second = FloatText.Of(imaginary, half);
        string sign = second[0] is '-' or '+' ? "" : "+";
        text = $"({FloatText.Of(real, half)}{sign}{second}i)";
        return null;
    }

    private void WriteFloat(double value)
    {
        if (double.IsFinite(value))
            documents.Json.WriteNumberValue(value);
        else
            documents.Json.WriteStringValue(FloatText.OfSpecial(value));
    }

    private void WriteFloat(float value)
    {
        if (float.IsFinite(value))
            documents.Json.WriteNumberValue(value);
        else
            documents.Json.WriteStringValue(FloatText.OfSpecial(value));
    }
}
