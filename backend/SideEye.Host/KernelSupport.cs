using SideEye.Bpf;

namespace SideEye.Host;

/// <summary>What this host's kernel can do for snapshots.</summary>
public static class KernelSupport
{
    private static readonly Lazy<string?> Refusal = new(TryLoad);

    /// <summary>Why the probe cannot be used, so that memory is read by process_vm_readv; null when it can. Tried once,
    /// when first asked.</summary>
    public static string? WhyNoProbe => Refusal.Value;

    private static string? TryLoad()
    {
        try
        {
            using Probe probe = Probe.Load(0, 1);
            return null;
        }
        catch (ProbeRefusedException e)
        {
            return e.Message;
        }
    }
}
