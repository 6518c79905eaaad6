namespace SideEye.Bpf;

/// <summary>
/// The kernel did not take the probe. The message is the decisive line; <see cref="Log"/> keeps every word of libbpf
/// and the verifier.
/// </summary>
public sealed class ProbeRefusedException : Exception
{
    /// <summary>Builds the message from errno and the last useful line of the log.</summary>
    public ProbeRefusedException(int error, string log)
        : base(Describe(error, log))
    {
        Error = error;
        Log = log;
    }

    /// <summary>errno of the failed call.</summary>
    public int Error { get; }

    /// <summary>Whether the kernel has no memory for so large a probe.</summary>
    public bool IsOutOfMemory => Error == 12; // ENOMEM

    /// <summary>What libbpf and the verifier said.</summary>
    public string Log { get; }

    private static string Describe(int error, string log)
    {
        string[] lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string last = lines.LastOrDefault(line => !IsConclusion(line), "no reason given").Trim();
        string omitted = lines.Length > 1 ? $" ({lines.Length - 1} lines omitted)" : "";
        return error switch
        {
            1 or 13 => "the kernel does not let this process load BPF programs: run as root or with CAP_BPF, "
                + "CAP_PERFMON and CAP_SYS_PTRACE, or use --reader vmread",
            38 or 95 => "this kernel has no bpf(2): Linux 5.17 or later is needed, or use --reader vmread",
            _ => $"the kernel refused the probe (errno {error}): {last}{omitted}; --reader vmread works without it",
        };
    }

    /// <summary>libbpf ends with a line that only says once more that it has failed.</summary>
    private static bool IsConclusion(string line) => line.Contains("failed to load object", StringComparison.Ordinal);
}
