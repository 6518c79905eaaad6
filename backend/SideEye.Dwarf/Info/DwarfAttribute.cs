namespace SideEye.Dwarf;

/// <summary>DW_AT codes that are met (DWARF 5 §7.5.4; Go's own from src/cmd/internal/dwarf/dwarf.go); others pass
/// through as numbers.</summary>
public enum DwarfAttribute : ushort
{
    /// <summary>The next entry on the same level.</summary>
    Sibling = 0x01,

    /// <summary>Where a variable is.</summary>
    Location = 0x02,

    /// <summary>The name.</summary>
    Name = 0x03,

    /// <summary>Size in bytes.</summary>
    ByteSize = 0x0b,

    /// <summary>Size in bits.</summary>
    BitSize = 0x0d,

    /// <summary>Offset of the unit's line program.</summary>
    StatementList = 0x10,

    /// <summary>First address.</summary>
    LowPc = 0x11,

    /// <summary>Address after the last, or a length.</summary>
    HighPc = 0x12,

    /// <summary>The source language; Go is 22.</summary>
    Language = 0x13,

    /// <summary>Where the compiler ran.</summary>
    CompilationDirectory = 0x1b,

    /// <summary>Value of a constant.</summary>
    ConstantValue = 0x1c,

    /// <summary>Whether a function was inlined; 1 marks an abstract one.</summary>
    Inline = 0x20,

    /// <summary>Lower bound of an array.</summary>
    LowerBound = 0x22,

    /// <summary>Name and flags of the compiler.</summary>
    Producer = 0x25,

    /// <summary>C: has a prototype.</summary>
    Prototyped = 0x27,

    /// <summary>Where the return address is.</summary>
    ReturnAddress = 0x2a,

    /// <summary>Upper bound of an array.</summary>
    UpperBound = 0x2f,

    /// <summary>The abstract entry that this is an instance of.</summary>
    AbstractOrigin = 0x31,

    /// <summary>Not in the source.</summary>
    Artificial = 0x34,

    /// <summary>Number of elements.</summary>
    Count = 0x37,

    /// <summary>Offset of a field in bytes.</summary>
    DataMemberLocation = 0x38,

    /// <summary>Column of the declaration.</summary>
    DeclarationColumn = 0x39,

    /// <summary>File of the declaration.</summary>
    DeclarationFile = 0x3a,

    /// <summary>Line of the declaration.</summary>
    DeclarationLine = 0x3b,

    /// <summary>A declaration without definition.</summary>
    Declaration = 0x3c,

    /// <summary>Kind of a base type.</summary>
    Encoding = 0x3e,

    /// <summary>Visible outside of its unit.</summary>
    External = 0x3f,

    /// <summary>What DW_OP_fbreg counts from.</summary>
    FrameBase = 0x40,

    /// <summary>The declaration that this completes.</summary>
    Specification = 0x47,

    /// <summary>The type.</summary>
    Type = 0x49,

    /// <summary>In Go: a result.</summary>
    VariableParameter = 0x4b,

    /// <summary>Where a call enters.</summary>
    EntryPc = 0x52,

    /// <summary>Several address ranges.</summary>
    Ranges = 0x55,

    /// <summary>In Go: a generated wrapper.</summary>
    Trampoline = 0x56,

    /// <summary>Column of an inlined call.</summary>
    CallColumn = 0x57,

    /// <summary>File of an inlined call.</summary>
    CallFile = 0x58,

    /// <summary>Line of an inlined call.</summary>
    CallLine = 0x59,

    /// <summary>Offset of a bit field in bits.</summary>
    DataBitOffset = 0x6b,

    /// <summary>Where the unit's string offsets start.</summary>
    StringOffsetsBase = 0x72,

    /// <summary>Where the unit's addresses start.</summary>
    AddressBase = 0x73,

    /// <summary>Where the unit's range lists start.</summary>
    RangeListsBase = 0x74,

    /// <summary>Where the unit's location lists start.</summary>
    LocationListsBase = 0x8c,

    /// <summary>The same before DWARF 5.</summary>
    GnuRangesBase = 0x2132,

    /// <summary>The same before DWARF 5.</summary>
    GnuAddressBase = 0x2133,

    /// <summary>Reflect.Kind of a type.</summary>
    GoKind = 0x2900,

    /// <summary>Key type of a map.</summary>
    GoKey = 0x2901,

    /// <summary>Element type of a map, channel or slice.</summary>
    GoElement = 0x2902,

    /// <summary>The field is embedded.</summary>
    GoEmbeddedField = 0x2903,

    /// <summary>Offset of the abi.Type from moduledata.types, in the form of an address.</summary>
    GoRuntimeType = 0x2904,

    /// <summary>Package name of the unit.</summary>
    GoPackageName = 0x2905,

    /// <summary>Index into the dictionary of a generic function.</summary>
    GoDictionaryIndex = 0x2906,

    /// <summary>Offset of a captured variable in its closure.</summary>
    GoClosureOffset = 0x2907,
}
