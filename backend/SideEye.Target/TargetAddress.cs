namespace SideEye.Target;

/// <summary>A virtual address inside an inspected process. Never a file offset, never an address of ours.</summary>
/// <param name="Value">The address in bytes; 0 is Go's nil.</param>
public readonly record struct TargetAddress(ulong Value) : IComparable<TargetAddress>
{
    /// <summary>Go's nil pointer.</summary>
    public static readonly TargetAddress Nil;

    /// <summary>True for address 0.</summary>
    public bool IsNil => Value == 0;

    /// <summary>The address <paramref name="bytes"/> further on; wraps as the hardware does.</summary>
    public static TargetAddress operator +(TargetAddress address, ulong bytes) => new(unchecked(address.Value + bytes));

    /// <summary>The address <paramref name="bytes"/> before; wraps as the hardware does.</summary>
    public static TargetAddress operator -(TargetAddress address, ulong bytes) => new(unchecked(address.Value - bytes));

    /// <summary>Named form of the addition operator.</summary>
    public TargetAddress Add(ulong bytes) => this + bytes;

    /// <summary>Named form of the subtraction operator.</summary>
    public TargetAddress Subtract(ulong bytes) => this - bytes;

    /// <inheritdoc/>
    public int CompareTo(TargetAddress other) => Value.CompareTo(other.Value);

    /// <summary>Orders by value.</summary>
    public static bool operator <(TargetAddress left, TargetAddress right) => left.Value < right.Value;

    /// <summary>Orders by value.</summary>
    public static bool operator >(TargetAddress left, TargetAddress right) => left.Value > right.Value;

    /// <summary>Orders by value.</summary>
    public static bool operator <=(TargetAddress left, TargetAddress right) => left.Value <= right.Value;

    /// <summary>Orders by value.</summary>
    public static bool operator >=(TargetAddress left, TargetAddress right) => left.Value >= right.Value;

    /// <summary>Hexadecimal with the 0x prefix, as Go and gdb print addresses.</summary>
    public override string ToString() => $"0x{Value:x}";
}
