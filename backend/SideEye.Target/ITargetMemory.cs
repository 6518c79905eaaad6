using System.Buffers.Binary;

namespace SideEye.Target;

/// <summary>
/// The memory of an inspected process: live, copied by a snapshot, or made up by a test.
/// A read either delivers every byte or says no; it never delivers a zero for a byte it could not read.
/// </summary>
public interface ITargetMemory
{
    /// <summary>Fills <paramref name="destination"/> from <paramref name="address"/> on.</summary>
    /// <returns>False when any byte could not be read; the destination is then unspecified.</returns>
    bool TryRead(TargetAddress address, Span<byte> destination);
}

/// <summary>Typed reads over <see cref="ITargetMemory"/>; little-endian, as every architecture we know.</summary>
public static class TargetMemoryReads
{
    /// <summary>Reads a 64-bit word.</summary>
    public static bool TryReadUInt64(this ITargetMemory memory, TargetAddress address, out ulong value)
    {
        Span<byte> word = stackalloc byte[8];
        bool read = memory.TryRead(address, word);
        value = read ? BinaryPrimitives.ReadUInt64LittleEndian(word) : 0;
        return read;
    }

    /// <summary>Reads a 32-bit word.</summary>
    public static bool TryReadUInt32(this ITargetMemory memory, TargetAddress address, out uint value)
    {
        Span<byte> word = stackalloc byte[4];
        bool read = memory.TryRead(address, word);
        value = read ? BinaryPrimitives.ReadUInt32LittleEndian(word) : 0;
        return read;
    }

    /// <summary>Reads a pointer (64 bits on every supported architecture).</summary>
    public static bool TryReadAddress(this ITargetMemory memory, TargetAddress address, out TargetAddress value)
    {
        bool read = memory.TryReadUInt64(address, out ulong word);
        value = new TargetAddress(word);
        return read;
    }
}
