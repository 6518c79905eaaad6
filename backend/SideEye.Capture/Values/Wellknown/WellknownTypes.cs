using System.Collections.Frozen;
using SideEye.GoRuntime.Types;

namespace SideEye.Capture.Values.Wellknown;

/// <summary>Types of the standard library that are shown as what they mean.</summary>
internal enum WellknownType : byte
{
    None,
    Time,
    Duration,
    IpBytes,
    IpMask,
    IpNet,
    HostPort,
    IpAddr,
    UnixAddr,
    NetipAddr,
    NetipAddrPort,
    NetipPrefix,
    BigInt,
    Mutex,
    RWMutex,
    WaitGroup,
    Once,
    AtomicScalar,
    AtomicBool,
    AtomicPointer,
    Context,
    Error,
}

/// <summary>Recognises them by name.</summary>
internal static class WellknownTypes
{
    private static readonly FrozenDictionary<string, WellknownType> ByName = new Dictionary<string, WellknownType>
    {
        ["time.Time"] = WellknownType.Time,
        ["time.Duration"] = WellknownType.Duration,
        ["net.IP"] = WellknownType.IpBytes,
        ["net.IPMask"] = WellknownType.IpMask,
        ["net.IPNet"] = WellknownType.IpNet,
        ["net.TCPAddr"] = WellknownType.HostPort,
        ["net.UDPAddr"] = WellknownType.HostPort,
        ["net.IPAddr"] = WellknownType.IpAddr,
        ["net.UnixAddr"] = WellknownType.UnixAddr,
        ["net/netip.Addr"] = WellknownType.NetipAddr,
        ["net/netip.AddrPort"] = WellknownType.NetipAddrPort,
        ["net/netip.Prefix"] = WellknownType.NetipPrefix,
        ["math/big.Int"] = WellknownType.BigInt,
        ["sync.Mutex"] = WellknownType.Mutex,
        ["internal/sync.Mutex"] = WellknownType.Mutex,
        ["sync.RWMutex"] = WellknownType.RWMutex,
        ["sync.WaitGroup"] = WellknownType.WaitGroup,
        ["sync.Once"] = WellknownType.Once,
        ["context.Context"] = WellknownType.Context,
        ["error"] = WellknownType.Error,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // sync/atomic for everybody; the runtime's own under its name before and after Go 1.23.
    private static readonly string[] AtomicPackages =
        ["sync/atomic.", "internal/runtime/atomic.", "runtime/internal/atomic."];

    /// <summary>Which one a type is.</summary>
    public static WellknownType Of(GoType type)
    {
        if (ByName.TryGetValue(type.Name, out WellknownType known))
            return Fits(known, type.Kind) ? known : WellknownType.None;
        if (type.Kind == GoKind.Struct)
        {
            foreach (string package in AtomicPackages)
            {
                if (type.Name.StartsWith(package, StringComparison.Ordinal))
                    return Atomics.Classify(type, type.Name.AsSpan(package.Length));
            }
        }
        return WellknownType.None;
    }

    /// <summary>True for types that are shown as text.</summary>
    public static bool IsText(WellknownType known) => known is >= WellknownType.Time and <= WellknownType.BigInt;

    private static bool Fits(WellknownType known, GoKind kind) => known switch
    {
        WellknownType.Duration => kind == GoKind.Int64,
        WellknownType.IpBytes or WellknownType.IpMask => kind == GoKind.Slice,
        WellknownType.Context or WellknownType.Error => kind == GoKind.Interface,
        _ => kind == GoKind.Struct,
    };
}
