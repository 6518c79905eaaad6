using System.Buffers.Binary;

namespace SideEye.GoRuntime.Unwinding;

/// <summary>The used part of a stack as it was copied: from the stack pointer up.</summary>
public readonly ref struct StackBytes(ulong start, ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Run-time address of the first byte.</summary>
    public ulong Start { get; } = start;

    /// <summary>Run-time address behind the last byte.</summary>
    public ulong End => Start + (ulong)bytes.Length;

    /// <summary>Reads the word at a run-time address; false when it was not copied.</summary>
    public bool TryReadWord(ulong address, out ulong word)
    {
        ulong offset = address - Start;
        bool isCopied = offset <= (ulong)bytes.Length && (ulong)bytes.Length - offset >= 8;
        word = isCopied ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[(int)offset..]) : 0;
        return isCopied;
    }
}
