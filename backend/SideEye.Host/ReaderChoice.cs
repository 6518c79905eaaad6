namespace SideEye.Host;

/// <summary>Who reads the target's memory while it is frozen.</summary>
public enum ReaderChoice
{
    /// <summary>The probe where the kernel takes it, else process_vm_readv.</summary>
    Automatic,

    /// <summary>The probe, in the context of the target's own threads.</summary>
    Bpf,

    /// <summary>process_vm_readv: needs no BPF, and takes two to three times as long.</summary>
    VmRead,
}
