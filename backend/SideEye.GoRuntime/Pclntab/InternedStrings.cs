using System.Text;
using SideEye.Target;

namespace SideEye.GoRuntime;

/// <summary>
/// NUL-terminated UTF-8 strings of one sub-table; each offset becomes a string once, when it is first asked for.
/// </summary>
internal sealed class InternedStrings(ReadOnlyMemory<byte> table, int start, int end, int bytesMax)
{
    private readonly KeptValues<TableOffset, string> strings = new();

    /// <summary>The string at an offset from the sub-table's start.</summary>
    public string this[uint offset] =>
        strings.TryGet(new TableOffset(offset), out string? known) ? known! : Intern(offset);

    /// <summary>The bytes of the string at an offset, without the NUL.</summary>
    public ReadOnlySpan<byte> Utf8(uint offset)
    {
        long from = start + (long)offset;
        if (from >= end)
            throw new MalformedFileException(PclnHeader.Section, (ulong)from, "string offset lies outside its table");
        ReadOnlySpan<byte> rest = table.Span[(int)from..end];
        int length = rest[..Math.Min(rest.Length, bytesMax)].IndexOf((byte)0);
        if (length < 0)
        {
            throw new MalformedFileException(
                PclnHeader.Section, (ulong)from, $"string does not end within {bytesMax} bytes");
        }
        return rest[..length];
    }

    private string Intern(uint offset) =>
        strings.Keep(new TableOffset(offset), Encoding.UTF8.GetString(Utf8(offset)));

    private readonly record struct TableOffset(uint Value);
}
