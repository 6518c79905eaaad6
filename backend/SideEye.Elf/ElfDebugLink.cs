using System.Buffers.Binary;
using System.Text;

namespace SideEye.Elf;

/// <summary>Names a file that holds the debug information of this one (.gnu_debuglink; GDB manual, "Debugging
/// Information in Separate Files").</summary>
/// <param name="FileName">File name without folders.</param>
/// <param name="Crc32">CRC-32 of the whole debug file.</param>
public sealed record ElfDebugLink(string FileName, uint Crc32)
{
    private const string SectionName = ".gnu_debuglink";
    private const int FileNameBytesMax = 255; // NAME_MAX

    internal static ElfDebugLink? Read(ElfFile file)
    {
        if (file.FindSection(SectionName) is not { HasFileBytes: true } section)
            return null;
        ReadOnlySpan<byte> bytes = file.ReadSection(section).Span;
        int length = bytes.IndexOf((byte)0);
        if (length < 0)
            throw new BadElfException(SectionName, 0, "file name has no terminating NUL");
        int checksum = (length + 4) & ~3;
        if (checksum + 4 > bytes.Length)
            throw new BadElfException(SectionName, (ulong)checksum, "checksum passes the end of the section");
        // The name becomes part of a path that a root process opens: it must not lead out of the folder.
        if (length is 0 or > FileNameBytesMax || bytes[..length].Contains((byte)'/')
            || bytes[..length].SequenceEqual("."u8) || bytes[..length].SequenceEqual(".."u8))
        {
            throw new BadElfException(SectionName, 0, "not the name of a file");
        }

        return new ElfDebugLink(
            Encoding.UTF8.GetString(bytes[..length]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[checksum..]));
    }
}
