using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Text;
using SideEye.Capture.Values.Documents;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Wellknown;

/// <summary>Network addresses of net and net/netip as their String methods write them.</summary>
internal sealed class AddressText(ValueDocuments documents)
{
    private const int V4Bytes = 4;
    private const int V6Bytes = 16;

    private readonly InterfaceReader interfaces = new(documents.Memory, documents.Rules, documents.Shapes);

    /// <summary>Reads an address.</summary>
    public string? Read(WellknownType known, GoType type, TargetAddress at, int depth, out string? text)
    {
        text = null;
        switch (known)
        {
            case WellknownType.IpBytes or WellknownType.IpMask:
                {
                    string? reason = ReadBytes(at, out byte[]? bytes);
                    text = bytes is null ? null
                        : known == WellknownType.IpBytes ? OfIp(bytes) : Convert.ToHexStringLower(bytes);
                    return reason;
                }
            case WellknownType.IpNet:
                return ReadNet(type, at, out text);
            case WellknownType.HostPort or WellknownType.IpAddr:
                return ReadHost(type, at, known == WellknownType.HostPort, out text);
            case WellknownType.UnixAddr:
                {
                    string? reason = documents.Wellknown.ReadString(type, at, "Name", out string name);
                    text = name;
                    return reason;
                }
            case WellknownType.NetipAddr:
                return ReadAddr(type, at, depth, out text, out _);
            case WellknownType.NetipAddrPort:
                return ReadAddrPort(type, at, depth, out text);
            default:
                return ReadPrefix(type, at, depth, out text);
        }
    }

    private static string OfIp(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return "<nil>"; // what Go writes for an address without bytes
        if (bytes.Length is not (V4Bytes or V6Bytes))
            return "?" + Convert.ToHexStringLower(bytes);
        IPAddress address = new(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : OfV6(address);
    }

    // The framework writes some addresses (::1.2.3.4, ::ffff:0:1.2.3.4) with a dotted end where Go writes them in
    // hexadecimal, so that an address that has one is written here.
    private static string OfV6(IPAddress address)
    {
        string text = address.ToString();
        if (!text.Contains('.', StringComparison.Ordinal) || !text.Contains(':', StringComparison.Ordinal))
            return text;
        Span<byte> bytes = stackalloc byte[V6Bytes];
        address.TryWriteBytes(bytes, out _);
        string head = text[..text.LastIndexOf(':')];
        ushort high = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]);
        ushort low = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        return $"{head}:{high:x}:{low:x}";
    }

    private string? ReadBytes(TargetAddress at, out byte[]? bytes)
    {
        bytes = null;
        if (documents.Text.ReadSlice(at, out ulong start, out long length) is { } reason)
            return reason;
        if (start == 0)
            return null;
        byte[] read = new byte[Math.Min(length, V6Bytes)];
        if (length > V6Bytes)
            return CaptureReason.NotPlausible;
        if (!documents.Memory.TryRead(new TargetAddress(start), read))
            return documents.Memory.NotThere;
        bytes = read;
        return null;
    }

    private string? ReadNet(GoType type, TargetAddress at, out string? text)
    {
        text = null;
        if (Layouts.Field(type, "IP") is not { } ip || Layouts.Field(type, "Mask") is not { } mask)
            return CaptureReason.UnknownLayout;
        if (ReadBytes(at + (ulong)ip.Offset, out byte[]? address) is { } reason)
            return reason;
        if (ReadBytes(at + (ulong)mask.Offset, out byte[]? bits) is { } second)
            return second;
        if (address is null || bits is null)
            return null;
        int ones = 0;
        foreach (byte part in bits)
            ones += BitOperations.PopCount(part);
        text = $"{OfIp(address)}/{(IsPrefix(bits) ? ones.ToString() : Convert.ToHexStringLower(bits))}";
        return null;
    }

    private static bool IsPrefix(byte[] mask)
    {
        bool isOver = false;
        foreach (byte part in mask)
        {
            int ones = BitOperations.LeadingZeroCount((uint)(byte)~part) - 24;
            if ((isOver && part != 0) || BitOperations.PopCount(part) != ones)
                return false;
            isOver |= ones < 8;
        }
        return true;
    }

    private string? ReadHost(GoType type, TargetAddress at, bool hasPort, out string? text)
    {
        text = null;
        if (Layouts.Field(type, "IP") is not { } ip)
            return CaptureReason.UnknownLayout;
        if (ReadBytes(at + (ulong)ip.Offset, out byte[]? bytes) is { } reason)
            return reason;
        if (documents.Wellknown.ReadString(type, at, "Zone", out string zone) is { } second)
            return second;
        string host = bytes is { Length: > 0 } ? OfIp(bytes) : "";
        if (zone.Length > 0)
            host = $"{host}%{zone}";
        if (hasPort)
        {
            if (Layouts.Field(type, "Port") is not { } port
                || !documents.Memory.TryReadUInt64(at + (ulong)port.Offset, out ulong number))
            {
                return documents.Memory.WhyNot(at, type.Size);
            }
            host = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{(long)number}" : $"{host}:{(long)number}";
        }
        text = host;
        return null;
    }

    /// <summary>
    /// A netip.Addr: 128 bits, and a pointer that tells IPv4, IPv6 and its zone apart (net/netip/netip.go): to
    /// an addrDetail from Go 1.23 on, to an intern.Value before, where IPv4 and IPv6 without zone look the same but for
    /// the pointer's value.
    /// </summary>
    private string? ReadAddr(GoType type, TargetAddress at, int depth, out string? text, out bool isV6)
    {
        text = null;
        isV6 = false;
        if (Layouts.Field(type, "addr") is not { } bits || Layouts.Field(type, "z") is not { } mark
            || Layouts.Field(bits.Type, "hi") is not { } hi || Layouts.Field(bits.Type, "lo") is not { } lo)
        {
            return CaptureReason.UnknownLayout;
        }
        ValueMemory memory = documents.Memory;
        TargetAddress number = at + (ulong)bits.Offset;
        if (!memory.TryReadUInt64(number + (ulong)hi.Offset, out ulong high)
            || !memory.TryReadUInt64(number + (ulong)lo.Offset, out ulong low)
            || !memory.TryReadAddress(at + (ulong)mark.Offset, out TargetAddress detail))
        {
            return memory.WhyNot(at, type.Size);
        }
        if (detail.IsNil)
        {
            text = "invalid IP";
            return null;
        }
        bool isMapped = high == 0 && low >> 32 == 0xffff;
        isV6 = ReadDetail(mark.Type, detail, depth, isMapped, out string zone);
        Span<byte> bytes = stackalloc byte[V6Bytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        string plain = OfIp(bytes);
        text = !isV6 ? plain : (isMapped ? $"::ffff:{plain}" : plain) + (zone.Length > 0 ? $"%{zone}" : "");
        return null;
    }

    private bool ReadDetail(GoType mark, TargetAddress detail, int depth, bool isMapped, out string zone)
    {
        zone = "";
        GoType? described = (Layouts.Field(mark, "value")?.Type ?? mark).Element;
        if (depth > 0 && Layouts.Field(described, "isV6") is { } flag
            && documents.Memory.TryReadUnsigned(detail + (ulong)flag.Offset, 1, out ulong isV6))
        {
            documents.Wellknown.ReadString(described!, detail, "zoneV6", out zone);
            return isV6 != 0;
        }
        bool isZoneKnown = depth > 0 && ReadInterned(described, detail, out zone);
        if (documents.Rules.NetipV4Mark is { } v4)
        {
            if (detail.Value == v4)
                return false;
            isMapped = false;
        }
        if (zone.Length > 0)
            return true;
        // Without the detail an IPv4 address in IPv6 cannot be told from an IPv4 address, nor is the zone known.
        if (isMapped || !isZoneKnown)
            documents.Raw.Mark(RawMarks.Unreadable, isMapped ? "IPv4 or IPv4 in IPv6" : "IPv6 zone");
        return !isMapped;
    }

    /// <summary>Before Go 1.23 a zone is the string in an intern.Value; one without is for addresses without.</summary>
    private bool ReadInterned(GoType? described, TargetAddress detail, out string zone)
    {
        zone = "";
        if (Layouts.Field(described, "cmpVal") is not { } value
            || interfaces.Read(value.Type, detail + (ulong)value.Offset, out HeldValue held) is not null)
        {
            return false;
        }
        if (held.Type is null)
            return true;
        if (held.Type.Kind != GoKind.String
            || documents.Text.ReadString(held.Address, out ReadOnlySpan<byte> text) is not null)
        {
            return false;
        }
        zone = Encoding.UTF8.GetString(text);
        return true;
    }

    private string? ReadAddrPort(GoType type, TargetAddress at, int depth, out string? text)
    {
        text = null;
        if (Layouts.Field(type, "ip") is not { } ip || Layouts.Field(type, "port") is not { } port)
            return CaptureReason.UnknownLayout;
        if (ReadAddr(ip.Type, at + (ulong)ip.Offset, depth, out string? host, out bool isV6) is { } reason)
            return reason;
        if (!documents.Memory.TryReadUnsigned(at + (ulong)port.Offset, 2, out ulong number))
            return documents.Memory.WhyNot(at, type.Size);
        text = host == "invalid IP" ? "invalid AddrPort" : isV6 ? $"[{host}]:{number}" : $"{host}:{number}";
        return null;
    }

    private string? ReadPrefix(GoType type, TargetAddress at, int depth, out string? text)
    {
        text = null;
        // bitsPlusOne since Go 1.21; before, bits of which all ones mean invalid.
        GoField? plusOne = Layouts.Field(type, "bitsPlusOne");
        if (Layouts.Field(type, "ip") is not { } ip || (plusOne ?? Layouts.Field(type, "bits")) is not { } bits)
            return CaptureReason.UnknownLayout;
        if (ReadAddr(ip.Type, at + (ulong)ip.Offset, depth, out string? host, out _) is { } reason)
            return reason;
        if (!documents.Memory.TryReadUnsigned(at + (ulong)bits.Offset, bits.Type.Size, out ulong length))
            return documents.Memory.WhyNot(at, type.Size);
        long ones = plusOne is null ? ScalarDocument.Signed(length, bits.Type.Size) : (long)length - 1;
        text = ones is < 0 or > 128 || host == "invalid IP" ? "invalid Prefix" : $"{host}/{ones}";
        return null;
    }
}
