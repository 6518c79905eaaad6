using System.Runtime.InteropServices;
using SideEye.Target.Native;

namespace SideEye.Bpf.Tests;

/// <summary>An object as the capture machine copied it.</summary>
internal sealed record CapturedObject(NativeObjectRecord Record, byte[] Bytes)
{
    public bool IsCopied => Record.State == (uint)NativeObjectState.Copied;

    /// <summary>What must be the same whoever copied.</summary>
    public (ulong, uint, uint, uint, string) Facts =>
        (Record.Address, Record.Routine, Record.Count, Record.State, Convert.ToHexString(Bytes));

    public ulong Word(int offset) => BitConverter.ToUInt64(Bytes, offset);
}

/// <summary>The object records of a read, and what goroutines say of them.</summary>
internal static class CapturedObjects
{
    private static readonly int HeaderBytes = Marshal.SizeOf<NativeRecordHeader>();
    private static readonly int ObjectBytes = Marshal.SizeOf<NativeObjectRecord>();

    public static List<CapturedObject> Of(FrozenRead read)
    {
        List<CapturedObject> objects = [];
        ForEach(read, NativeRecordKind.Object, body =>
        {
            NativeObjectRecord record = MemoryMarshal.Read<NativeObjectRecord>(body);
            objects.Add(new CapturedObject(record, body[ObjectBytes..(ObjectBytes + (int)record.Bytes)]));
        });
        return objects;
    }

    /// <summary>Goroutines of which something was left out.</summary>
    public static int CutGoroutines(FrozenRead read) => Count(read, NativeGoroutineFlags.CapturesCut);

    /// <summary>Goroutines that had a thread when it was stopped.</summary>
    public static int RunningGoroutines(FrozenRead read) => Count(read, NativeGoroutineFlags.OnThread);

    private static int Count(FrozenRead read, NativeGoroutineFlags flag)
    {
        int count = 0;
        ForEach(read, NativeRecordKind.Goroutine, body =>
        {
            NativeGoroutineRecord record = MemoryMarshal.Read<NativeGoroutineRecord>(body);
            if (((NativeGoroutineFlags)record.Flags).HasFlag(flag))
                count++;
        });
        return count;
    }

    private static void ForEach(FrozenRead read, NativeRecordKind kind, Action<byte[]> action)
    {
        for (int region = 0; region < read.RegionCount; region++)
        {
            ReadOnlySpan<byte> rest = read.Region(region).Span;
            while (rest.Length > 0)
            {
                NativeRecordHeader header = MemoryMarshal.Read<NativeRecordHeader>(rest);
                Assert.InRange(header.Size, (uint)HeaderBytes, (uint)rest.Length);
                if (header.Kind == (uint)kind)
                    action(rest[HeaderBytes..(int)header.Size].ToArray());
                rest = rest[(int)header.Size..];
            }
        }
    }
}
