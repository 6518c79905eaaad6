using System.Buffers.Binary;
using System.Text;
using SideEye.Target;

namespace SideEye.Capture.Tests.Values;

/// <summary>Memory written by hand; what was not written cannot be read.</summary>
internal sealed class MadeMemory : ITargetMemory
{
    private readonly Dictionary<ulong, byte> bytes = [];
    private ulong next = 0xc000_0000;

    public bool TryRead(TargetAddress address, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            if (!bytes.TryGetValue(address.Value + (ulong)i, out destination[i]))
                return false;
        }
        return true;
    }

    /// <summary>An address that nothing else has.</summary>
    public ulong New(int size)
    {
        ulong address = next;
        next += ((ulong)size + 31) & ~15UL;
        return address;
    }

    public MadeMemory Put(ulong address, ReadOnlySpan<byte> content)
    {
        for (int i = 0; i < content.Length; i++)
            bytes[address + (ulong)i] = content[i];
        return this;
    }

    public MadeMemory Words(ulong address, params ulong[] words)
    {
        Span<byte> word = stackalloc byte[8];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, words[i]);
            Put(address + (8 * (ulong)i), word);
        }
        return this;
    }

    /// <summary>Words of their own.</summary>
    public ulong Of(params ulong[] words)
    {
        ulong address = New(8 * words.Length);
        Words(address, words);
        return address;
    }

    /// <summary>Writes a string's header, and its text elsewhere.</summary>
    public MadeMemory Text(ulong address, string text) => Bytes(address, Encoding.UTF8.GetBytes(text));

    public MadeMemory Bytes(ulong address, byte[] content)
    {
        ulong start = New(content.Length);
        Put(start, content);
        return Words(address, content.Length == 0 ? 0 : start, (ulong)content.Length);
    }
}
