namespace SideEye.GoRuntime;

/// <summary>Bits of a function record's flag byte (internal/abi/symtab.go FuncFlag; the same since Go 1.17).</summary>
[Flags]
public enum GoFuncFlags : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Outermost function of a stack: goexit, mstart, rt0_go.</summary>
    TopFrame = 1,

    /// <summary>Writes SP freely: the stack delta says nothing about this function's caller.</summary>
    SpWrite = 2,

    /// <summary>Written in assembly.</summary>
    Asm = 4,
}

/// <summary>One physical function of a binary as its pclntab describes it. Addresses are link-time.</summary>
public readonly record struct GoFunction
{
    /// <summary>Position in the function table, ascending by address.</summary>
    public required int Index { get; init; }

    /// <summary>Address of the first instruction.</summary>
    public required ulong Entry { get; init; }

    /// <summary>Address of the next function, so padding belongs to this one.</summary>
    public required ulong End { get; init; }

    /// <summary>Which special function this is, if any.</summary>
    public required GoFuncId FuncId { get; init; }

    /// <summary>What the unwinder has to know.</summary>
    public required GoFuncFlags Flags { get; init; }

    /// <summary>
    /// Bytes of arguments and results on the caller's stack; null when not known (C and some assembly).
    /// </summary>
    public required int? ArgsBytes { get; init; }

    /// <summary>Offset of the function record from the function table; identifies the function in its binary.</summary>
    public required uint RecordOffset { get; init; }

    /// <summary>Offset of the name from the name table; equal offsets are equal names.</summary>
    public required uint NameOffset { get; init; }

    /// <summary>True when <paramref name="pc"/> lies in this function or its padding.</summary>
    public bool Contains(ulong pc) => pc >= Entry && pc < End;
}
