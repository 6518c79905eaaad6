using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace SideEye.Host;

/// <summary>Compares files to the last byte.</summary>
internal static class FileContents
{
    private const int BlockBytes = 256 << 10;

    /// <summary>True when both have the same bytes; false also when one cannot be read. They are read and not mapped:
    /// their pages count for nobody, and one that gets shorter meanwhile does no harm.</summary>
    public static bool AreSame(SafeFileHandle left, SafeFileHandle right)
    {
        byte[] ofLeft = ArrayPool<byte>.Shared.Rent(BlockBytes);
        byte[] ofRight = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            long length = RandomAccess.GetLength(left);
            if (RandomAccess.GetLength(right) != length)
                return false;
            for (long at = 0; at < length;)
            {
                int wanted = (int)Math.Min(BlockBytes, length - at);
                if (!TryFill(left, ofLeft.AsSpan(0, wanted), at) || !TryFill(right, ofRight.AsSpan(0, wanted), at)
                    || !ofLeft.AsSpan(0, wanted).SequenceEqual(ofRight.AsSpan(0, wanted)))
                {
                    return false;
                }
                at += wanted;
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(ofLeft);
            ArrayPool<byte>.Shared.Return(ofRight);
        }
    }

    private static bool TryFill(SafeFileHandle file, Span<byte> block, long at)
    {
        while (!block.IsEmpty)
        {
            int read = RandomAccess.Read(file, block, at);
            if (read == 0)
                return false;
            block = block[read..];
            at += read;
        }
        return true;
    }
}
