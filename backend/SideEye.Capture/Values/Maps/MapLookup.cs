using System.Text;
using SideEye.Capture.Values.Documents;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Values.Maps;

/// <summary>
/// Finds the element under a key by comparing all keys: hashes are seeded, and their function is the program's own.
/// </summary>
internal sealed class MapLookup(ValueMemory memory, RenderLimits bounds)
{
    private readonly MapReader reader = new(memory, bounds);
    private readonly List<MapEntry> entries = [];

    /// <summary>Finds an element.</summary>
    /// <param name="map">The map's type.</param>
    /// <param name="at">Where the map value is.</param>
    /// <param name="key">A string, long or bool.</param>
    /// <param name="searched">Entries of a map that are copied for the search.</param>
    /// <param name="element">Where the element is.</param>
    /// <returns>Why there is none; null when there is.</returns>
    public string? Find(GoType map, TargetAddress at, object key, int searched, out TargetAddress element)
    {
        entries.Clear();
        element = default;
        MapScan scan = reader.Read(map, at, bounds.MapEntriesMax, entries);
        if (scan.Reason is not null)
            return scan.Reason;
        if (scan.IsNil || map.Key is not { } keyType)
            return CaptureReason.NoSuchKey;
        byte[] text = key is string wanted ? Encoding.UTF8.GetBytes(wanted) : [];
        bool isAnyUnread = (ulong)entries.Count < scan.Count;
        foreach (MapEntry entry in entries)
        {
            bool isSecret = false;
            bool? isEqual = key switch
            {
                string => EqualsText(entry.Key, text, out isSecret),
                long number => EqualsNumber(entry.Key, keyType, number),
                bool truth => EqualsNumber(entry.Key, keyType, truth ? 1 : 0),
                _ => false,
            };
            if (isEqual == true)
            {
                if (isSecret)
                    return CaptureReason.Redacted;
                element = entry.Element;
                return null;
            }
            isAnyUnread |= isEqual is null;
        }
        if (!isAnyUnread)
            return CaptureReason.NoSuchKey;
        bool isLong = entries.Count >= searched || (memory.Cut is null && (ulong)entries.Count < scan.Count);
        return isLong ? CaptureReason.MapCut(entries.Count, scan.Count) : memory.NotThere;
    }

    private bool? EqualsNumber(TargetAddress at, GoType type, long wanted)
    {
        if (!memory.TryReadUnsigned(at, type.Size, out ulong bits))
            return null;
        bool isSigned = type.Kind is >= GoKind.Int and <= GoKind.Int64;
        return isSigned ? ScalarDocument.Signed(bits, type.Size) == wanted : bits == (ulong)wanted;
    }

    private bool? EqualsText(TargetAddress at, byte[] wanted, out bool isSecret)
    {
        isSecret = false;
        if (!memory.TryReadUInt64(at + 8, out ulong length))
            return null;
        isSecret = NameMark.IsIn(length);
        if (NameMark.Remove(length) != (ulong)wanted.Length)
            return false;
        if (!memory.TryReadAddress(at, out TargetAddress start))
            return null;
        Span<byte> part = stackalloc byte[256];
        for (int done = 0; done < wanted.Length; done += part.Length)
        {
            Span<byte> read = part[..Math.Min(part.Length, wanted.Length - done)];
            if (!memory.TryRead(start + (ulong)done, read))
                return null;
            if (!read.SequenceEqual(wanted.AsSpan(done, read.Length)))
                return false;
        }
        return true;
    }
}
