using System.Runtime.InteropServices;
using SideEye.Target.Native;

namespace SideEye.Bpf.Tests;

/// <summary>A capture program written by hand.</summary>
internal sealed class ProgramBuilder
{
    private const ulong HashMultiplier = 0x9E3779B97F4A7C15;

    private readonly List<NativeCaptureOp[]> bodies = [];
    private readonly List<NativeCapturePiece[]> cuts = [];
    private readonly List<uint> sizes = [];
    private readonly List<NativeCaptureRange> ranges = [];
    private readonly List<NativeCaptureType> types = [];
    private readonly List<ulong> constants = [];

    public ProgramBuilder(ulong textStart, ulong textBytes)
    {
        TextStart = textStart;
        TextBytes = textBytes;
        Declare(NativeLimits.CaptureItabBytes);
    }

    public ulong TextStart { get; }

    public ulong TextBytes { get; }

    public ulong BytesMax { get; set; } = 64 << 20;

    /// <summary>Of each frame, also of those that are already there.</summary>
    public uint FrameBytesMax { get; set; } = 16 << 20;

    /// <summary>A routine whose operations are told later, for types that point to themselves.</summary>
    public uint Declare(int elementBytes)
    {
        sizes.Add((uint)elementBytes);
        bodies.Add([]);
        cuts.Add([]);
        return (uint)sizes.Count - 1;
    }

    public void Define(uint routine, params NativeCaptureOp[] operations) => bodies[(int)routine] = operations;

    public uint Routine(int elementBytes, params NativeCaptureOp[] operations)
    {
        uint routine = Declare(elementBytes);
        Define(routine, operations);
        return routine;
    }

    /// <summary>Copies only these parts of each element.</summary>
    public void Cut(uint routine, params (int Offset, int Bytes)[] pieces) => cuts[(int)routine] =
        [.. pieces.Select(piece => new NativeCapturePiece { Offset = (uint)piece.Offset, Bytes = (uint)piece.Bytes })];

    public void Frame(ulong low, ulong high, int cfaOffset, params NativeCaptureOp[] operations) =>
        ranges.Add(new NativeCaptureRange
        {
            Low = (uint)(low - TextStart),
            High = (uint)(high - TextStart),
            CfaOffset = (uint)cfaOffset,
            Routine = Routine(0, operations),
        });

    public void Type(ulong address, uint routine, uint number = 0, NativeTypeFlags flags = 0) =>
        types.Add(new NativeCaptureType { Address = address, Routine = routine, Number = number, Flags = (uint)flags });

    /// <summary>The operation of a frame that follows a variable of the program from its address.</summary>
    public NativeCaptureOp Global(ulong address, uint routine, uint depth)
    {
        constants.Add(address);
        return new NativeCaptureOp
        {
            Code = (uint)NativeCaptureCode.Global,
            Routine = routine,
            Argument = (uint)constants.Count - 1,
            Depth = depth,
        };
    }

    public static NativeCaptureOp Op(
        NativeCaptureCode code, int offset, uint routine, int second = 0, uint limit = 0, uint argument = 0,
        NativeCaptureFlags flags = 0, uint depth = 0) => new()
    {
        Code = (uint)code,
        Routine = routine,
        Offset = offset,
        Second = second,
        Limit = limit,
        Argument = argument,
        Flags = (uint)flags,
        Depth = depth,
    };

    public ProgramImage Build()
    {
        List<NativeCaptureOp> operations = [];
        List<NativeCaptureRoutine> routines = [];
        List<NativeCapturePiece> pieces = [];
        for (int i = 0; i < sizes.Count; i++)
        {
            routines.Add(new NativeCaptureRoutine
            {
                FirstOp = (uint)operations.Count,
                OpCount = (uint)bodies[i].Length,
                ElementBytes = sizes[i],
                FirstPiece = (uint)pieces.Count,
                PieceCount = (uint)cuts[i].Length,
                FrameBytes = FrameBytesMax,
            });
            operations.AddRange(bodies[i]);
            pieces.AddRange(cuts[i]);
        }
        NativeCaptureType[] slots = Slots();
        byte[] tables =
        [
            .. Bytes(operations), .. Bytes(routines), .. Bytes(pieces),
            .. Bytes([.. ranges.OrderBy(range => range.Low)]), .. MemoryMarshal.AsBytes<NativeCaptureType>(slots),
            .. Bytes(constants),
        ];
        NativeCaptureProgram program = new()
        {
            TextStart = TextStart,
            TextBytes = TextBytes,
            BytesMax = BytesMax,
            Ops = (uint)operations.Count,
            Routines = (uint)routines.Count,
            Pieces = (uint)pieces.Count,
            Ranges = (uint)ranges.Count,
            Types = (uint)slots.Length,
            Constants = (uint)constants.Count,
        };
        return new ProgramImage(program, tables);
    }

    private static byte[] Bytes<T>(List<T> items)
        where T : unmanaged => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(items)).ToArray();

    private NativeCaptureType[] Slots()
    {
        NativeCaptureType[] slots = new NativeCaptureType[types.Count == 0 ? 0 : 16];
        foreach (NativeCaptureType type in types)
        {
            uint slot = (uint)((type.Address * HashMultiplier) >> 32);
            while (slots[slot % slots.Length].Address != 0)
                slot++;
            slots[slot % slots.Length] = type;
        }
        return slots;
    }
}
