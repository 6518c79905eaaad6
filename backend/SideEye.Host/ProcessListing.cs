using SideEye.Linux;

namespace SideEye.Host;

/// <summary>A Go process of this host, as <c>sideeye ps</c> shows it.</summary>
public sealed record ProcessListing
{
    /// <summary>Process id.</summary>
    public required int Pid { get; init; }

    /// <summary>File name of the executable.</summary>
    public required string Name { get; init; }

    /// <summary>Path of the executable as the process sees it.</summary>
    public required string Executable { get; init; }

    /// <summary>Such as <c>go1.27.3</c>; null when unknown.</summary>
    public string? GoVersion { get; init; }

    /// <summary>GNU build id or Go's own; null when the file has neither.</summary>
    public string? BuildId { get; init; }

    /// <summary><c>yes</c>, or no and why; null when unknown.</summary>
    public string? DebugInformation { get; init; }

    /// <summary>Living goroutines; null when they could not be counted.</summary>
    public int? Goroutines { get; init; }

    /// <summary>Why something is unknown.</summary>
    public string? Error { get; init; }

    /// <summary>
    /// Finds the Go processes of this host, by pid. Processes of other languages are passed over quietly.
    /// </summary>
    public static IEnumerable<ProcessListing> Find(BinaryCache binaries)
    {
        foreach (int pid in LinuxProcess.Pids().Order())
        {
            if (pid != Environment.ProcessId && TryDescribe(pid, binaries) is ProcessListing listing)
                yield return listing;
        }
    }

    private static ProcessListing? TryDescribe(int pid, BinaryCache binaries)
    {
        try
        {
            GoProcess process = GoProcess.Open(pid, binaries);
            return Describe(process);
        }
        catch (TargetException e) when (e.Problem is TargetProblem.NotReadable)
        {
            string executable = new LinuxProcess(pid).Executable ?? "";
            return new ProcessListing
            {
                Pid = pid, Name = Path.GetFileName(executable), Executable = executable, Error = e.Message,
            };
        }
        catch (TargetException)
        {
            return null; // not Go, gone meanwhile, or not ours to see
        }
    }

    private static ProcessListing Describe(GoProcess process)
    {
        int? goroutines = null;
        string? error = null;
        try
        {
            goroutines = process.Scan(Capture.CaptureLimits.Default.GoroutinesMax, feedsClock: false).Goroutines;
        }
        catch (Exception e) when (e is TargetException or GoRuntime.RuntimeVariableNotFoundException)
        {
            error = e.Message;
        }
        return new ProcessListing
        {
            Pid = process.Pid,
            Name = process.Name,
            Executable = process.Executable,
            GoVersion = process.Binary.Version.ToString(),
            BuildId = process.Binary.BuildId,
            DebugInformation = process.Binary.DebugInformation.ToString(),
            Goroutines = goroutines,
            Error = error,
        };
    }
}
