using System.Text.Json;
using SideEye.Capture.Values.Wellknown;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Documents;

/// <summary>The states of package sync's types, out of the words in which they are packed (Go 1.19 to 1.27).</summary>
internal sealed class SyncDocument(ValueDocuments documents)
{
    // sync/mutex.go, internal/sync/mutex.go.
    private const int MutexLocked = 1;
    private const int MutexStarving = 4;
    private const int MutexWaiterShift = 3;

    // sync/rwmutex.go: a writer that comes takes this from the count of readers.
    private const int ReadersMax = 1 << 30;

    // sync/waitgroup.go: the bit that marks a synctest bubble from Go 1.25 on; no program has as many waiters.
    private const uint WaitersMask = 0x7fff_ffff;

    /// <summary>Writes one of the types.</summary>
    public string? Write(WellknownType known, GoType type, TargetAddress at)
    {
        if (!documents.Memory.IsAnyReadable(at, type.Size))
            return documents.Memory.WhyNot(at, type.Size);
        bool isWritten = known switch
        {
            WellknownType.Mutex => WriteMutex(type, at),
            WellknownType.RWMutex => WriteRWMutex(type, at),
            WellknownType.WaitGroup => WriteWaitGroup(type, at),
            WellknownType.Once => WriteOnce(type, at),
            WellknownType.AtomicBool => WriteAtomicBool(type, at),
            _ => false,
        };
        return isWritten ? null : documents.Memory.WhyNot(at, type.Size);
    }

    /// <summary>Reads the integer in a field, through atomics and embedded structs of one meaning.</summary>
    public ulong? ReadWord(GoType type, TargetAddress at)
    {
        for (int i = 0; i < 4; i++)
        {
            if (ScalarDocument.IsNumber(type.Kind))
                return documents.Memory.TryReadUnsigned(at, type.Size, out ulong word) ? word : null;
            if (Atomics.Held(type) is not { } held)
                return null;
            at += (ulong)held.Offset;
            type = held.Type;
        }
        return null;
    }

    private ulong? ReadField(GoType type, TargetAddress at, string name) =>
        Layouts.Field(type, name) is { } field ? ReadWord(field.Type, at + (ulong)field.Offset) : null;

    private int? ReadMutex(GoType type, TargetAddress at)
    {
        // From Go 1.24 on sync.Mutex wraps internal/sync.Mutex.
        if (Layouts.Field(type, "mu") is { } inner)
            return (int?)ReadField(inner.Type, at + (ulong)inner.Offset, "state");
        return (int?)ReadField(type, at, "state");
    }

    private bool WriteMutex(GoType type, TargetAddress at)
    {
        if (ReadMutex(type, at) is not { } state)
            return false;
        Utf8JsonWriter json = documents.Json;
        json.WriteStartObject();
        json.WriteBoolean("locked"u8, (state & MutexLocked) != 0);
        json.WriteNumber("waiters"u8, (uint)state >> MutexWaiterShift);
        json.WriteBoolean("starving"u8, (state & MutexStarving) != 0);
        json.WriteEndObject();
        return true;
    }

    private bool WriteRWMutex(GoType type, TargetAddress at)
    {
        if (Layouts.Field(type, "w") is not { } writers
            || ReadMutex(writers.Type, at + (ulong)writers.Offset) is not { } state
            || (int?)ReadField(type, at, "readerCount") is not { } count
            || (int?)ReadField(type, at, "readerWait") is not { } wait)
        {
            return false;
        }
        // A writer has announced itself; it holds the lock when the readers before it are gone.
        bool isWriter = count < 0;
        int readers = isWriter ? wait : count;
        Utf8JsonWriter json = documents.Json;
        json.WriteStartObject();
        json.WriteBoolean("locked"u8, isWriter && wait == 0);
        json.WriteNumber("readers"u8, readers);
        json.WriteNumber("readers_waiting"u8, isWriter ? count + ReadersMax - wait : 0);
        json.WriteNumber(
            "writers_waiting"u8, ((uint)state >> MutexWaiterShift) + (isWriter && wait != 0 ? 1u : 0u));
        json.WriteEndObject();
        return true;
    }

    private bool WriteWaitGroup(GoType type, TargetAddress at)
    {
        if ((ReadField(type, at, "state") ?? ReadField(type, at, "state1")) is not { } state)
            return false;
        documents.Json.WriteStartObject();
        documents.Json.WriteNumber("counter"u8, (int)(state >> 32));
        documents.Json.WriteNumber("waiters"u8, (uint)state & WaitersMask);
        documents.Json.WriteEndObject();
        return true;
    }

    private bool WriteOnce(GoType type, TargetAddress at)
    {
        if (ReadField(type, at, "done") is not { } done)
            return false;
        documents.Json.WriteStartObject();
        documents.Json.WriteBoolean("done"u8, done != 0);
        documents.Json.WriteEndObject();
        return true;
    }

    private bool WriteAtomicBool(GoType type, TargetAddress at)
    {
        if (ReadWord(type, at) is not { } word)
            return false;
        documents.Json.WriteBooleanValue(word != 0);
        return true;
    }
}
