using System.Globalization;
using System.Text;
using SideEye.Target;

namespace SideEye.Linux;

/// <summary>What /proc says of one process. Nothing is kept: each question is asked anew.</summary>
public sealed class LinuxProcess(int pid)
{
    /// <summary>Most bytes taken of a text that the process itself can make as long as it likes.</summary>
    public const int TextBytesMax = 64 << 10;

    /// <summary>Process id in our PID namespace.</summary>
    public int Pid => pid;

    /// <summary>Memory of the process, not frozen.</summary>
    public ProcessMemory Memory { get; } = new(pid);

    /// <summary>Opens the executed file even when it is deleted or in another mount namespace.</summary>
    public string ExecutablePath => $"/proc/{pid}/exe";

    /// <summary>True when the process is there and neither a zombie nor about to be one.</summary>
    public bool IsAlive => Stat is { IsAlive: true };

    /// <summary>What one reading of /proc/PID/stat says; null when the process is gone.</summary>
    public ProcessStat? Stat => ProcessStat.TryRead(pid);

    /// <summary>All process ids that /proc lists now.</summary>
    public static IEnumerable<int> Pids()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            ReadOnlySpan<char> name = Path.GetFileName(folder.AsSpan());
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                yield return pid;
        }
    }

    /// <summary>The kernel's short name, at most 15 characters; empty when the process is gone.</summary>
    public string CommandName => ReadText("comm")?.TrimEnd('\n') ?? "";

    /// <summary>The command line, arguments separated by a blank; empty for kernel threads.</summary>
    public string CommandLine => ReadText("cmdline")?.TrimEnd('\0').Replace('\0', ' ') ?? "";

    /// <summary>The arguments, of at most <see cref="TextBytesMax"/> bytes together.</summary>
    public IReadOnlyList<string> Arguments => Split(ReadBounded("cmdline"));

    /// <summary>
    /// The environment with which the program was started, as NAME=value, of at most <see cref="TextBytesMax"/> bytes
    /// together; empty when it is not ours to see.
    /// </summary>
    public IReadOnlyList<string> Variables => Split(ReadBounded("environ"));

    /// <summary>Lines of /proc/PID/cgroup; empty when the process is gone.</summary>
    public string ControlGroups => ReadBounded("cgroup");

    /// <summary>Process id in its own, innermost PID namespace; 0 when unknown.</summary>
    public int PidInNamespace
    {
        get
        {
            foreach (ReadOnlySpan<char> line in ReadBounded("status").AsSpan().EnumerateLines())
            {
                if (!line.StartsWith("NSpid:", StringComparison.Ordinal))
                    continue;
                ReadOnlySpan<char> last = line[(line.LastIndexOfAny('\t', ' ', ':') + 1)..];
                return int.TryParse(last, CultureInfo.InvariantCulture, out int inner) ? inner : 0;
            }
            return 0;
        }
    }

    /// <summary>
    /// Path of the executed file as the process sees it, without the mark of a deleted one; null when unknown.
    /// </summary>
    public string? Executable
    {
        get
        {
            const string deleted = " (deleted)";
            string? target = LinkTarget(ExecutablePath);
            return target is not null && target.EndsWith(deleted, StringComparison.Ordinal)
                ? target[..^deleted.Length] : target;
        }
    }

    /// <summary>Process id of the tracer, or 0.</summary>
    public int TracerPid => (int)(StatusNumber("TracerPid:") ?? 0);

    /// <summary>True when the process lives in another PID namespace than we.</summary>
    public bool IsInOtherPidNamespace =>
        LinkTarget($"/proc/{pid}/ns/pid") is string theirs && theirs != LinkTarget("/proc/self/ns/pid");

    /// <summary>Clock ticks after boot when the process started; with the pid it names a process for good.</summary>
    public ulong? StartTicks => Stat?.StartTicks;

    /// <summary>
    /// Where the first page of the executed file is mapped: its distance from the first load address in the ELF file is
    /// the load bias. Null when the process is gone or maps nothing of its file.
    /// </summary>
    public TargetAddress? ExecutableStart()
    {
        string? executable = LinkTarget(ExecutablePath);
        if (executable is null || ReadText("maps") is not string maps)
            return null;
        foreach (ReadOnlySpan<char> line in maps.AsSpan().EnumerateLines())
        {
            // 00400000-0048f000 r-xp 00000000 08:01 1234   /path
            if (!line.EndsWith(executable, StringComparison.Ordinal))
                continue;
            int dash = line.IndexOf('-');
            ReadOnlySpan<char> rest = line[(line.IndexOf(' ') + 1)..];
            rest = rest[(rest.IndexOf(' ') + 1)..];
            bool isFirstPage = ulong.TryParse(
                rest[..rest.IndexOf(' ')], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong offset)
                && offset == 0;
            if (!isFirstPage)
                continue;
            return new TargetAddress(ulong.Parse(line[..dash], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
        return null;
    }

    /// <summary>True for a thread of the kernel, which has no program and no memory of its own.</summary>
    public bool IsKernelThread => Stat is { IsKernelThread: true };

    private long? StatusNumber(string field)
    {
        foreach (ReadOnlySpan<char> line in (ReadText("status") ?? "").AsSpan().EnumerateLines())
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
            {
                return long.TryParse(line[field.Length..].Trim(), CultureInfo.InvariantCulture, out long value)
                    ? value : null;
            }
        }
        return null;
    }

    private string? ReadText(string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // gone, or not ours to see
        }
    }

    private string ReadBounded(string file)
    {
        try
        {
            using FileStream stream = new($"/proc/{pid}/{file}", FileMode.Open, FileAccess.Read);
            byte[] bytes = new byte[TextBytesMax];
            return Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // gone, or not ours to see
        }
    }

    private static string[] Split(string text) => text.Length == 0 ? [] : text.TrimEnd('\0').Split('\0');

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
