namespace SideEye.Target;

/// <summary>
/// What differs between the processors that Go programs run on here. A value, so that one agent can hold both.
/// </summary>
public sealed record Architecture
{
    private Architecture(string goName, ushort elfMachine, int pcQuantum)
    {
        GoName = goName;
        ElfMachine = elfMachine;
        PcQuantum = pcQuantum;
    }

    /// <summary>x86-64.</summary>
    public static readonly Architecture Amd64 = new("amd64", 62, 1);

    /// <summary>AArch64.</summary>
    public static readonly Architecture Arm64 = new("arm64", 183, 4);

    /// <summary>GOARCH.</summary>
    public string GoName { get; }

    /// <summary>e_machine of the ELF header (EM_X86_64, EM_AARCH64).</summary>
    public ushort ElfMachine { get; }

    /// <summary>Smallest instruction length in bytes; pclntab's minLC.</summary>
    public int PcQuantum { get; }

    /// <summary>Bytes in a pointer; 8 on every architecture here.</summary>
    public const int PointerSize = 8;

    /// <summary>The architecture with this e_machine, or null.</summary>
    public static Architecture? FromElfMachine(ushort machine) =>
        machine == Amd64.ElfMachine ? Amd64 : machine == Arm64.ElfMachine ? Arm64 : null;

    /// <inheritdoc/>
    public override string ToString() => GoName;
}
