using System.Runtime.InteropServices;
using SideEye.GoRuntime.Goroutines;
using SideEye.Target;
using SideEye.Target.Native;

namespace SideEye.Capture.Records;

/// <summary>A stopped thread as the native library wrote it.</summary>
internal static class ThreadRecord
{
    /// <summary>Reads what follows a record's header; false when it is too short.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, out StoppedThread thread)
    {
        thread = default;
        if (!MemoryMarshal.TryRead(body.Span, out NativeThreadRecord record))
            return false;
        Registers registers = new(new(record.Pc), new(record.Sp), new(record.Bp));
        thread = new StoppedThread((int)record.Tid, record.TargetTid, registers);
        return true;
    }
}
