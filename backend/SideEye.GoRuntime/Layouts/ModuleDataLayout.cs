namespace SideEye.GoRuntime;

/// <summary>Offsets in bytes of runtime.moduledata (runtime/symtab.go).</summary>
public sealed record ModuleDataLayout
{
    internal ModuleDataLayout(RuntimeStructure module)
    {
        Size = module.Size;
        PcHeader = module.Offset("pcHeader");
        MinPc = module.Offset("minpc");
        MaxPc = module.Offset("maxpc");
        Text = module.Offset("text");
        EText = module.Offset("etext");
        Types = module.Offset("types");
        ETypes = module.Offset("etypes");
        GoFunc = module.Offset("gofunc");
        Next = module.Offset("next");
    }

    /// <summary>Bytes of the structure.</summary>
    public int Size { get; }

    /// <summary>pcHeader: address of the pclntab.</summary>
    public int PcHeader { get; }

    /// <summary>minpc.</summary>
    public int MinPc { get; }

    /// <summary>maxpc.</summary>
    public int MaxPc { get; }

    /// <summary>text.</summary>
    public int Text { get; }

    /// <summary>etext.</summary>
    public int EText { get; }

    /// <summary>types.</summary>
    public int Types { get; }

    /// <summary>etypes.</summary>
    public int ETypes { get; }

    /// <summary>gofunc: what FUNCDATA offsets are relative to.</summary>
    public int GoFunc { get; }

    /// <summary>next module (plugins).</summary>
    public int Next { get; }
}
