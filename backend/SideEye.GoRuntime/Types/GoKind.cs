namespace SideEye.GoRuntime.Types;

/// <summary>The kinds of Go's types, numbered as by reflect.Kind and DW_AT_go_kind (cmd/internal/dwarf).</summary>
public enum GoKind : byte
{
    /// <summary>Not a Go type that we know.</summary>
    Invalid = 0,
    /// <summary>bool.</summary>
    Bool = 1,
    /// <summary>int.</summary>
    Int = 2,
    /// <summary>int8.</summary>
    Int8 = 3,
    /// <summary>int16.</summary>
    Int16 = 4,
    /// <summary>int32.</summary>
    Int32 = 5,
    /// <summary>int64.</summary>
    Int64 = 6,
    /// <summary>uint.</summary>
    Uint = 7,
    /// <summary>uint8.</summary>
    Uint8 = 8,
    /// <summary>uint16.</summary>
    Uint16 = 9,
    /// <summary>uint32.</summary>
    Uint32 = 10,
    /// <summary>uint64.</summary>
    Uint64 = 11,
    /// <summary>uintptr.</summary>
    Uintptr = 12,
    /// <summary>float32.</summary>
    Float32 = 13,
    /// <summary>float64.</summary>
    Float64 = 14,
    /// <summary>complex64.</summary>
    Complex64 = 15,
    /// <summary>complex128.</summary>
    Complex128 = 16,
    /// <summary>Array of fixed length.</summary>
    Array = 17,
    /// <summary>Channel.</summary>
    Chan = 18,
    /// <summary>Function value.</summary>
    Func = 19,
    /// <summary>Interface.</summary>
    Interface = 20,
    /// <summary>Map.</summary>
    Map = 21,
    /// <summary>Pointer.</summary>
    Pointer = 22,
    /// <summary>Slice.</summary>
    Slice = 23,
    /// <summary>String.</summary>
    String = 24,
    /// <summary>Struct.</summary>
    Struct = 25,
    /// <summary>unsafe.Pointer.</summary>
    UnsafePointer = 26,
}
