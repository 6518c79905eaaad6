using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace SideEye.Benchmarks;

/// <summary>One process, from its start to its end.</summary>
/// <param name="ExitCode">Its exit code; -1 when it was ended because it took too long.</param>
/// <param name="Wall">From the call that starts it until it is gone.</param>
/// <param name="Ended">When it was gone.</param>
/// <param name="PeakBytes">Most memory it had resident at once (VmHWM of proc(5)).</param>
/// <param name="Output">The last part of its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record MeasuredRun(
    int ExitCode, TimeSpan Wall, DateTime Ended, long PeakBytes, string Output, string Errors)
{
    private const int OutputKept = 64 * 1024;
    private const int LookEveryMilliseconds = 5;

    public bool IsTimedOut => ExitCode == -1;

    /// <summary>Runs a program to its end, or until <paramref name="patience"/> is over.</summary>
    public static Task<MeasuredRun> TakeAsync(
        string program, IReadOnlyList<string> arguments, string input, TimeSpan patience) =>
        Task.Run(() => Take(program, arguments, input, patience));

    private static MeasuredRun Take(string program, IReadOnlyList<string> arguments, string input, TimeSpan patience)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        long begun = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}");
        Task<string> output = TailAsync(process.StandardOutput.BaseStream);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string status = $"/proc/{process.Id}/status";
        long peak = 0;
        bool isTimedOut = false;
        // Looking again and again is less exact than wait4's ru_maxrss by what is touched in the last milliseconds;
        // ru_maxrss however begins with the memory of the parent that forked.
        while (!process.WaitForExit(LookEveryMilliseconds))
        {
            peak = Math.Max(peak, PeakOf(status));
            isTimedOut = Stopwatch.GetElapsedTime(begun) > patience;
            if (isTimedOut)
            {
                process.Kill();
                process.WaitForExit();
                break;
            }
        }
        TimeSpan wall = Stopwatch.GetElapsedTime(begun);
        DateTime ended = DateTime.UtcNow;
        return new MeasuredRun(
            isTimedOut ? -1 : process.ExitCode, wall, ended, peak,
            output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }

    private static long PeakOf(string status)
    {
        const string field = "VmHWM:";
        try
        {
            foreach (string line in File.ReadLines(status))
            {
                if (!line.StartsWith(field, StringComparison.Ordinal))
                    continue;
                ReadOnlySpan<char> kilobytes = line.AsSpan(field.Length).Trim().TrimEnd(" kB");
                return 1024 * long.Parse(kilobytes, CultureInfo.InvariantCulture);
            }
        }
        catch (IOException)
        {
            // It ended between two looks.
        }
        return 0;
    }

    /// <summary>Delve prints hundreds of megabytes: only the end is kept.</summary>
    private static async Task<string> TailAsync(Stream stream)
    {
        byte[] buffer = new byte[2 * OutputKept];
        int filled = 0;
        for (int got; (got = await stream.ReadAsync(buffer.AsMemory(filled))) > 0;)
        {
            filled += got;
            if (filled <= OutputKept)
                continue;
            buffer.AsSpan(filled - OutputKept, OutputKept).CopyTo(buffer);
            filled = OutputKept;
        }
        return Encoding.UTF8.GetString(buffer, 0, filled);
    }
}
