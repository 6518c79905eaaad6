using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using SideEye.Target;
using SideEye.Target.Native;

namespace SideEye.Capture.Records;

/// <summary>
/// pprof labels of goroutines as JSON, from the copied memory. Goroutines inherit labels, so each set is decoded once.
/// </summary>
internal sealed class LabelReader(CopiedMemory memory, NativeLabelFormat format)
{
    // runtime/map.go of Go 1.19 to 1.23, map[string]string: 8 tophash bytes, 8 keys, 8 values, the overflow bucket.
    private const int BucketSlots = 8;
    private const int BucketOverflow = BucketSlots + (2 * BucketSlots * StringBytes);
    private const int BucketBytes = BucketOverflow + 8;
    private const int TopHashLive = 5;
    private const int StringBytes = 16;

    private readonly Dictionary<ulong, string> known = [];

    /// <summary>The set that g.labels points to; null for none. What is missing of it is said in the JSON.</summary>
    public string? Read(ulong labels)
    {
        if (labels == 0)
            return null;
        if (known.TryGetValue(labels, out string? json))
            return json;
        json = Write(new(labels));
        known.Add(labels, json);
        return json;
    }

    private string Write(TargetAddress labels)
    {
        SortedDictionary<string, string> pairs = new(StringComparer.Ordinal);
        List<string> cut = [];
        string? problem = format == NativeLabelFormat.Map
            ? ReadMap(labels, pairs, cut)
            : ReadSlice(labels, pairs, cut);
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            foreach ((string key, string value) in pairs)
                json.WriteString(key, value);
            if (cut.Count > 0)
                json.WriteString("__truncated", string.Join(", ", cut));
            if (problem is not null)
                json.WriteString("__error", problem);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private string? ReadSlice(TargetAddress slice, SortedDictionary<string, string> pairs, List<string> cut)
    {
        if (!memory.TryReadAddress(slice, out TargetAddress items) || !memory.TryReadUInt64(slice + 8, out ulong count))
            return "labels were not copied";
        for (ulong i = 0; i < Math.Min(count, NativeLimits.LabelPairsMax); i++)
        {
            TargetAddress pair = items + (i * 2 * StringBytes);
            if (!TryAddPair(pair, pair + StringBytes, pairs, cut))
                return "a label was not copied";
        }
        return count > NativeLimits.LabelPairsMax ? $"{count - NativeLimits.LabelPairsMax} more labels" : null;
    }

    private string? ReadMap(TargetAddress labels, SortedDictionary<string, string> pairs, List<string> cut)
    {
        Span<byte> header = stackalloc byte[24];
        if (!memory.TryReadAddress(labels, out TargetAddress map) || !memory.TryRead(map, header))
            return "labels were not copied";
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(header);
        int buckets = 1 << Math.Min(header[9], (byte)16);
        TargetAddress first = new(BinaryPrimitives.ReadUInt64LittleEndian(header[16..]));
        for (int i = 0; i < buckets && count > 0; i++)
        {
            if (!ReadBucketChain(first + (ulong)(i * BucketBytes), pairs, cut))
                break;
        }
        return (ulong)pairs.Count < count ? $"{count - (ulong)pairs.Count} labels were not copied" : null;
    }

    private bool ReadBucketChain(TargetAddress bucket, SortedDictionary<string, string> pairs, List<string> cut)
    {
        Span<byte> bytes = stackalloc byte[BucketBytes];
        for (int chain = 0; !bucket.IsNil && chain <= NativeLimits.LabelPairsMax / BucketSlots; chain++)
        {
            if (!memory.TryRead(bucket, bytes))
                return false;
            for (int slot = 0; slot < BucketSlots; slot++)
            {
                TargetAddress key = bucket + (ulong)(BucketSlots + (slot * StringBytes));
                if (bytes[slot] >= TopHashLive && !TryAddPair(key, key + (BucketSlots * StringBytes), pairs, cut))
                    return false;
            }
            bucket = new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[BucketOverflow..]));
        }
        return true;
    }

    private bool TryAddPair(
        TargetAddress key, TargetAddress value, SortedDictionary<string, string> pairs, List<string> cut)
    {
        if (!TryReadString(key, out string name, out bool isNameCut))
            return false;
        if (!TryReadString(value, out string text, out bool isCut))
            return false;
        pairs[name] = text;
        if (isCut || isNameCut)
            cut.Add(name);
        return true;
    }

    private bool TryReadString(TargetAddress header, out string text, out bool isCut)
    {
        text = "";
        isCut = false;
        if (!memory.TryReadAddress(header, out TargetAddress data))
            return false;
        if (!memory.TryReadUInt64(header + 8, out ulong length))
            return false;
        isCut = length > NativeLimits.LabelBytesMax;
        int copied = (int)Math.Min(length, NativeLimits.LabelBytesMax);
        if (copied == 0)
            return true;
        if (!memory.TryFind(data, copied, out ReadOnlyMemory<byte> bytes))
            return false;
        text = Encoding.UTF8.GetString(bytes.Span[..copied]);
        return true;
    }
}
