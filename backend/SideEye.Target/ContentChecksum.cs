using System.Runtime.InteropServices;

namespace SideEye.Target;

/// <summary>
/// A checksum of what we keep in files, against damage, not against intent: such a file belongs to who reads it. About
/// as fast as memory is read.
/// </summary>
public static class ContentChecksum
{
    private const ulong Prime = 0x9e37_79b1_85eb_ca87;
    private const int Lanes = 4;

    /// <summary>The checksum of some bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> content)
    {
        // Four sums side by side: each step of one waits for the step before it.
        ulong first = (ulong)content.Length * Prime;
        ulong second = first + Prime;
        ulong third = second + Prime;
        ulong fourth = third + Prime;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(content);
        int whole = words.Length & -Lanes;
        for (int i = 0; i + Lanes - 1 < whole; i += Lanes)
        {
            first = Step(first, words[i]);
            second = Step(second, words[i + 1]);
            third = Step(third, words[i + 2]);
            fourth = Step(fourth, words[i + 3]);
        }

        ulong sum = Step(Step(Step(first, second), third), fourth);
        foreach (byte each in content[(whole * sizeof(ulong))..])
            sum = Step(sum, each);
        return sum ^ (sum >> 32);
    }

    private static ulong Step(ulong sum, ulong word) => ulong.RotateLeft(sum ^ word, 29) * Prime;
}
