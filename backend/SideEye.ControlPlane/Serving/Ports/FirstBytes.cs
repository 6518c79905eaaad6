using System.Buffers;
using System.IO.Pipelines;

namespace SideEye.ControlPlane.Serving.Ports;

/// <summary>Tells by the first bytes of a connection which HTTP its caller speaks.</summary>
internal static class FirstBytes
{
    // With it begins every connection that speaks HTTP/2 without having agreed on it before, and no HTTP/1.1 request.
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0"u8;

    /// <summary>Looks at the first bytes and leaves them where they are.</summary>
    /// <returns>Whether it is HTTP/2; null when the caller is gone before it can be told.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static async ValueTask<bool?> IsHttp2Async(PipeReader input, CancellationToken stop)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(stop).ConfigureAwait(false);
            ReadOnlySequence<byte> bytes = read.Buffer;
            bool? answer = Judge(bytes);
            // What was examined would not be shown again until more comes.
            input.AdvanceTo(bytes.Start, answer is null ? bytes.End : bytes.Start);
            if (answer is not null)
                return answer;
            if (read.IsCompleted || read.IsCanceled)
                return null;
        }
    }

    private static bool? Judge(ReadOnlySequence<byte> bytes)
    {
        Span<byte> start = stackalloc byte[Preface.Length];
        int length = (int)Math.Min(bytes.Length, Preface.Length);
        bytes.Slice(0, length).CopyTo(start);
        if (!Preface.StartsWith(start[..length]))
            return false;
        return length == Preface.Length ? true : null;
    }
}
