using System.Runtime.InteropServices;
using SideEye.GoRuntime.Goroutines;
using SideEye.Target;
using SideEye.Target.Native;

namespace SideEye.Capture.Records;

/// <summary>A stopped thread as the native library wrote it.</summary>
internal static class ThreadRecord
{
    public static StoppedThread Read(ReadOnlyMemory<byte> body)
    {
        NativeThreadRecord record = MemoryMarshal.Read<NativeThreadRecord>(body.Span);
        return new StoppedThread(
            (int)record.Tid, record.TargetTid, new Registers(new(record.Pc), new(record.Sp), new(record.Bp)));
    }
}
