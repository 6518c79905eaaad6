namespace SideEye.Linux;

/// <summary>Rights of which root is made: capabilities(7), by their bit in the kernel's sets.</summary>
public enum Capability
{
    /// <summary>CAP_SYS_PTRACE: to look at processes of others.</summary>
    SysPtrace = 19,

    /// <summary>CAP_SYS_NICE: to raise priorities.</summary>
    SysNice = 23,
}
