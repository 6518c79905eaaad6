using System.Text;
using SideEye.Elf;
using SideEye.Target;

namespace SideEye.GoRuntime;

/// <summary>Finds and reads the build information blob: debug/buildinfo/buildinfo.go readRawBuildInfo.</summary>
internal static class BuildInfoBlob
{
    /// <summary>Name of the section, and of the blob in errors.</summary>
    public const string Section = ".go.buildinfo";

    private const int HeaderSize = 32;
    private const int Alignment = 16;
    private const int FramingBytes = 16;
    private const byte InlineStrings = 2;

    // "\xff Go buildinf:"
    private static ReadOnlySpan<byte> Magic =>
        [0xff, 0x20, 0x47, 0x6f, 0x20, 0x62, 0x75, 0x69, 0x6c, 0x64, 0x69, 0x6e, 0x66, 0x3a];

    /// <summary>Finds the blob: by section, else by its magic in the writable segments.</summary>
    public static bool TryLocate(ElfFile elf, GoLimits limits, out ReadOnlyMemory<byte> blob)
    {
        if (elf.FindSection(Section) is { HasFileBytes: true } section
            && TryMagic(elf.ReadSection(section), section.Address, limits, out blob))
        {
            return true;
        }
        foreach (ElfSegment segment in elf.Segments)
        {
            const uint writable = 2;
            if (segment.Type != ElfSegmentType.Load || (segment.Flags & writable) == 0)
                continue;
            int length = (int)Math.Min(segment.FileSize, (ulong)limits.ScanBytesMax);
            if (elf.TryBytesAt(segment.Address, length, out ReadOnlyMemory<byte> bytes)
                && TryMagic(bytes, segment.Address, limits, out blob))
            {
                return true;
            }
        }
        blob = default;
        return false;
    }

    /// <summary>Decodes a blob that starts with its magic.</summary>
    public static GoBuildInfo Parse(ReadOnlySpan<byte> blob, GoLimits limits)
    {
        ByteCursor cursor = new(blob, Section, Magic.Length + 2);
        byte flags = blob[Magic.Length + 1];
        if ((flags & InlineStrings) == 0)
        {
            throw new UnsupportedGoVersionException(
                "built by Go 1.17 or older (build information with pointers); Go 1.19 is the oldest supported");
        }
        cursor.Position = HeaderSize;
        string text = Encoding.UTF8.GetString(ReadText(ref cursor, limits));
        if (!GoVersion.TryParse(text, out GoVersion? version))
            throw new UnsupportedGoVersionException($"cannot make out the Go version in \"{text}\"");
        ReadOnlySpan<byte> modules = ReadText(ref cursor, limits);
        // cmd/go frames the text by 16 bytes on either side (modload.infoStart, infoEnd); go version cuts them off too.
        bool framed = modules.Length > FramingBytes * 2 && modules[^(FramingBytes + 1)] == (byte)'\n';
        return ModuleText.Parse(version, framed ? Encoding.UTF8.GetString(modules[FramingBytes..^FramingBytes]) : "");
    }

    private static bool TryMagic(
        ReadOnlyMemory<byte> bytes, ulong address, GoLimits limits, out ReadOnlyMemory<byte> blob)
    {
        ReadOnlySpan<byte> span = bytes.Span[..Math.Min(bytes.Length, limits.ScanBytesMax)];
        for (int at = 0; at < span.Length; at++)
        {
            int found = span[at..].IndexOf(Magic);
            if (found < 0)
                break;
            at += found;
            if ((address + (ulong)at) % Alignment == 0 && span.Length - at >= HeaderSize)
            {
                blob = bytes[at..];
                return true;
            }
        }
        blob = default;
        return false;
    }

    private static ReadOnlySpan<byte> ReadText(ref ByteCursor cursor, GoLimits limits)
    {
        ulong at = (ulong)cursor.Position;
        ulong length = cursor.ReadUleb128();
        return length <= (ulong)limits.BuildInfoBytesMax
            ? cursor.ReadBytes(length)
            : throw new MalformedFileException(
                Section, at, $"text of {length} bytes passes the limit of {limits.BuildInfoBytesMax}");
    }
}
