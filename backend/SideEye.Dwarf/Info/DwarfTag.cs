namespace SideEye.Dwarf;

/// <summary>DW_TAG codes that are met (DWARF 5 §7.5.3); others pass through as numbers.</summary>
public enum DwarfTag : ushort
{
    /// <summary>An array.</summary>
    ArrayType = 0x01,

    /// <summary>A C++ class.</summary>
    ClassType = 0x02,

    /// <summary>A C enumeration.</summary>
    EnumerationType = 0x04,

    /// <summary>A parameter or result.</summary>
    FormalParameter = 0x05,

    /// <summary>A label.</summary>
    Label = 0x0a,

    /// <summary>A block with variables of its own.</summary>
    LexicalBlock = 0x0b,

    /// <summary>A field.</summary>
    Member = 0x0d,

    /// <summary>A pointer.</summary>
    PointerType = 0x0f,

    /// <summary>A C++ reference.</summary>
    ReferenceType = 0x10,

    /// <summary>A unit of compilation (a Go package).</summary>
    CompileUnit = 0x11,

    /// <summary>A structure; also Go's strings, slices and interfaces.</summary>
    StructureType = 0x13,

    /// <summary>A function type.</summary>
    SubroutineType = 0x15,

    /// <summary>A name for another type.</summary>
    Typedef = 0x16,

    /// <summary>A C union.</summary>
    UnionType = 0x17,

    /// <summary>The dots of a C prototype.</summary>
    UnspecifiedParameters = 0x18,

    /// <summary>A call that was inlined.</summary>
    InlinedSubroutine = 0x1d,

    /// <summary>The bounds of an array.</summary>
    SubrangeType = 0x21,

    /// <summary>A number, bool or character type.</summary>
    BaseType = 0x24,

    /// <summary>C's const.</summary>
    ConstType = 0x26,

    /// <summary>A constant.</summary>
    Constant = 0x27,

    /// <summary>A value of an enumeration.</summary>
    Enumerator = 0x28,

    /// <summary>A function.</summary>
    Subprogram = 0x2e,

    /// <summary>A variable.</summary>
    Variable = 0x34,

    /// <summary>C's volatile.</summary>
    VolatileType = 0x35,

    /// <summary>C's restrict.</summary>
    RestrictType = 0x37,

    /// <summary>A C++ namespace.</summary>
    Namespace = 0x39,

    /// <summary>A type without description.</summary>
    UnspecifiedType = 0x3b,

    /// <summary>A unit that others import.</summary>
    PartialUnit = 0x3c,

    /// <summary>A unit that holds one type.</summary>
    TypeUnit = 0x41,

    /// <summary>A C++ rvalue reference.</summary>
    RvalueReferenceType = 0x42,

    /// <summary>C's _Atomic.</summary>
    AtomicType = 0x47,

    /// <summary>A call.</summary>
    CallSite = 0x48,

    /// <summary>A parameter of a call.</summary>
    CallSiteParameter = 0x49,

    /// <summary>A unit whose contents lie in another file.</summary>
    SkeletonUnit = 0x4a,
}
