using SideEye.GoRuntime;
using SideEye.Testing;

namespace SideEye.Host.Tests;

/// <summary>
/// Holds threads that recover from a panic between two stores of runtime.recovery, by a jump to itself that is written
/// into the program's copy of the code: a moment that lasts an instruction otherwise.
/// </summary>
internal static class HeldThread
{
    /// <summary>Captures in a row that must say the same: a program that goes on never stands still so long.</summary>
    private const int CapturesAlike = 20;

    private const byte MoveToMemory = 0x89;
    private const int MoveBytes = 4; // REX, opcode, ModRM, displacement of 8 bits

    private static ReadOnlySpan<byte> JumpToItself => [0xeb, 0xfe];

    /// <summary>Between the store to g.sched.sp and that to g.sched.pc.</summary>
    public static void Hold(GoProcess process)
    {
        GoFunction recovery = process.Binary.Pcln.FindByName("runtime.recovery")!.Value;
        ulong store = recovery.Entry + (ulong)OffsetOfStore(process.Binary, recovery, process.Binary.Layout.G.SchedSp);
        if (OffsetOfStore(process.Binary, recovery, process.Binary.Layout.G.SchedPc)
            != (int)(store - recovery.Entry) + MoveBytes)
        {
            throw new InvalidOperationException("runtime.recovery does not store sp and then pc");
        }
        using FileStream memory = new($"/proc/{process.Pid}/mem", FileMode.Open, FileAccess.Write);
        memory.Position = (long)(store + process.LoadBias) + MoveBytes;
        memory.Write(JumpToItself);
    }

    /// <summary>The goroutine of a function, when it stands still.</summary>
    public static async Task<CapturedGoroutine> UntilHeldAsync(GoProcess process, ReaderChoice reader, string function)
    {
        using CancellationTokenSource patience = new(GoTarget.Patience);
        string before = "";
        for (int alike = 0; ;)
        {
            patience.Token.ThrowIfCancellationRequested();
            Captured captured = await Captured.TakeAsync([process], reader);
            CapturedGoroutine? found = captured.Goroutines.SingleOrDefault(goroutine => goroutine.Has(function));
            string now = string.Join(' ', found?.Frames.Select(frame => frame.Pc) ?? []);
            alike = now == before ? alike + 1 : 0;
            before = now;
            if (found is not null && alike == CapturesAlike)
                return found;
        }
    }

    /// <summary>Of the first move of a register to a field of what another register points to.</summary>
    private static int OffsetOfStore(GoBinary binary, in GoFunction function, int field)
    {
        const int isIndirectWithByte = 0b01;
        int length = (int)(function.End - function.Entry);
        if (!binary.Elf.TryBytesAt(function.Entry, length, out ReadOnlyMemory<byte> code))
            throw new InvalidOperationException("runtime.recovery is not in the file");
        ReadOnlySpan<byte> bytes = code.Span;
        for (int at = 1; at + 2 < bytes.Length; at++)
        {
            bool isStore = bytes[at] == MoveToMemory && bytes[at - 1] >> 4 == 4 && bytes[at + 1] >> 6
                == isIndirectWithByte && bytes[at + 2] == field;
            if (isStore && (bytes[at + 1] & 7) != 4) // 4: a SIB byte follows; stores to the stack
                return at - 1;
        }
        throw new InvalidOperationException($"runtime.recovery has no store to offset {field}");
    }
}
