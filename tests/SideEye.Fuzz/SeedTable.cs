using System.Buffers.Binary;

namespace SideEye.Fuzz;

/// <summary>One table of a seed; what is added twice is there once.</summary>
internal sealed class SeedTable(int unusedBytes)
{
    private readonly List<byte> bytes = [.. new byte[unusedBytes]];
    private readonly Dictionary<string, uint> known = [];

    public IReadOnlyList<byte> Bytes => bytes;

    public int Count => bytes.Count;

    /// <summary>Adds a piece and tells its offset.</summary>
    public uint Add(ReadOnlySpan<byte> piece)
    {
        string content = Convert.ToHexString(piece);
        if (known.TryGetValue(content, out uint offset))
            return offset;
        offset = (uint)bytes.Count;
        known.Add(content, offset);
        bytes.AddRange(piece);
        return offset;
    }

    /// <summary>Adds a word in any case: its place is its meaning.</summary>
    public void Add(uint word)
    {
        Span<byte> piece = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(piece, word);
        bytes.AddRange(piece);
    }
}
