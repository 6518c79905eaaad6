using SideEye.GoRuntime.Types;

namespace SideEye.Capture.Tests.Values;

/// <summary>Maps of strings to ints written by hand.</summary>
internal static class MadeMaps
{
    /// <summary>Writes a map of at most eight entries.</summary>
    /// <returns>The map value.</returns>
    public static ulong Write(MadeMemory memory, GoType map, params (string Key, ulong Value)[] entries) =>
        map.Layout!.Name == "map" ? Swiss(memory, entries) : Hash(memory, entries);

    /// <summary>A bucket as of Go before 1.24.</summary>
    public static ulong Bucket(MadeMemory memory, ulong overflow, params (string Key, ulong Value)[] entries)
    {
        ulong bucket = memory.New(208);
        memory.Put(bucket, new byte[208]);
        for (int i = 0; i < entries.Length; i++)
        {
            memory.Put(bucket + (ulong)i, [(byte)(5 + i)]).Text(bucket + 8 + (16 * (ulong)i), entries[i].Key);
            memory.Words(bucket + 136 + (8 * (ulong)i), entries[i].Value);
        }
        memory.Words(bucket + 200, overflow);
        return bucket;
    }

    private static ulong Hash(MadeMemory memory, (string Key, ulong Value)[] entries) =>
        memory.Of((ulong)entries.Length, 0, Bucket(memory, 0, entries), 0, 0);

    private static ulong Swiss(MadeMemory memory, (string Key, ulong Value)[] entries) =>
        memory.Of((ulong)entries.Length, 0, Group(memory, entries), 0);

    public static ulong Group(MadeMemory memory, params (string Key, ulong Value)[] entries)
    {
        ulong group = memory.New(200);
        memory.Put(group, new byte[200]);
        for (int i = 0; i < 8; i++)
            memory.Put(group + (ulong)i, [i < entries.Length ? (byte)0x11 : (byte)0x80]);
        for (int i = 0; i < entries.Length; i++)
        {
            ulong slot = group + 8 + (24 * (ulong)i);
            memory.Text(slot, entries[i].Key).Words(slot + 16, entries[i].Value);
        }
        return group;
    }
}
