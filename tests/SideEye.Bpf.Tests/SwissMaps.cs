using static SideEye.Bpf.Tests.ProgramBuilder;
using Code = SideEye.Target.Native.NativeCaptureCode;
using Flags = SideEye.Target.Native.NativeCaptureFlags;

namespace SideEye.Bpf.Tests;

/// <summary>Maps of Go 1.24 on, as internal/runtime/maps lays them out.</summary>
internal static class SwissMaps
{
    private const int SlotBytes = 24;
    private const int SlotsPerGroup = 8;
    private const int ControlBytes = 8;
    private const int DirectoryPointer = 16; // maps.Map.dirPtr
    private const int DirectoryLength = 24; // maps.Map.dirLen
    private const int GroupsPointer = 16; // maps.table.groups.data
    private const int GroupsMask = 24; // maps.table.groups.lengthMask
    private const int Used = 0; // maps.table.used
    private const int DirectoryPlaces = 64;

    private const int GroupBytes = ControlBytes + (SlotsPerGroup * SlotBytes);

    /// <summary>The routine of a map's groups.</summary>
    public static uint GroupOf(uint map) => map - 3;

    /// <summary>The routine of maps.Map of a map[string]int64, of which so many entries are wanted.</summary>
    public static uint OfStringToInt64(ProgramBuilder program, uint bytes, uint entries = 128)
    {
        uint slot = program.Routine(SlotBytes, Op(Code.Counted, 0, bytes, second: 8, limit: 100));
        uint group = program.Routine(
            GroupBytes, Op(Code.Elements, ControlBytes, slot, argument: SlotsPerGroup));
        uint table = program.Routine(
            32, Op(Code.MaskPlusOne, GroupsPointer, group, second: GroupsMask, limit: Math.Max(1, entries / 2),
                argument: Used, flags: Flags.KeepsDepth));
        uint place = program.Routine(8, Op(Code.Table, 0, table, limit: entries, flags: Flags.KeepsDepth));
        return program.Routine(
            48, Op(Code.Directory, DirectoryPointer, group, second: DirectoryLength, limit: DirectoryPlaces,
                argument: place, flags: Flags.KeepsDepth));
    }
}
