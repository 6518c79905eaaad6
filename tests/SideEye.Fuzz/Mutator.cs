using System.Buffers.Binary;

namespace SideEye.Fuzz;

/// <summary>Spoils inputs. The same random source gives the same mutants.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> seeds)
{
    private const int ChangesMax = 6;
    private const int GrowthMax = 512;

    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 3, 4, 8, 16, 24, 64, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0,
        0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffff8, ulong.MaxValue,
    ];

    public byte[] Next()
    {
        List<byte> bytes = [.. seeds[random.Next(seeds.Count)]];
        for (int changes = random.Next(1, ChangesMax + 1); changes > 0 && bytes.Count > 0; changes--)
            Change(bytes);
        return bytes.ToArray();
    }

    private void Change(List<byte> bytes)
    {
        int at = Position(bytes);
        switch (random.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 or 3:
                WriteNumber(bytes, at, Interesting[random.Next(Interesting.Length)]);
                break;
            case 4:
                WriteNumber(bytes, at, (ulong)random.Next(bytes.Count + 64));
                break;
            case 5:
                bytes[at] = unchecked((byte)(bytes[at] + random.Next(-8, 9)));
                break;
            case 6:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 32), bytes.Count - at));
                break;
            case 7:
                byte[] inserted = new byte[random.Next(1, 24)];
                Array.Fill(inserted, (byte)(random.Next(2) == 0 ? 0xff : random.Next(256)));
                bytes.InsertRange(at, inserted);
                break;
            case 8:
                Splice(bytes, at);
                break;
            default:
                if (random.Next(4) == 0)
                    bytes.RemoveRange(at, bytes.Count - at);
                else
                    bytes[at] |= 0x80;
                break;
        }
    }

    // Headers and tables at either end decide most: look there more often.
    private int Position(List<byte> bytes) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(bytes.Count, 128)),
        1 => bytes.Count - 1 - random.Next(Math.Min(bytes.Count, 512)),
        _ => random.Next(bytes.Count),
    };

    private void WriteNumber(List<byte> bytes, int at, ulong value)
    {
        Span<byte> word = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, value);
        int size = 1 << random.Next(4);
        for (int i = 0; i < size && at + i < bytes.Count; i++)
            bytes[at + i] = word[i];
    }

    private void Splice(List<byte> bytes, int at)
    {
        byte[] other = seeds[random.Next(seeds.Count)];
        int start = random.Next(other.Length);
        int count = Math.Min(random.Next(1, GrowthMax), other.Length - start);
        if (random.Next(2) == 0)
        {
            bytes.InsertRange(at, other.AsSpan(start, count).ToArray());
            return;
        }

        for (int i = 0; i < count && at + i < bytes.Count; i++)
            bytes[at + i] = other[start + i];
    }
}
