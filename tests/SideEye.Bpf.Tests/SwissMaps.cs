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

    /// <summary>The routine of maps.Map of a map[string]int64.</summary>
    public static uint OfStringToInt64(ProgramBuilder program, uint bytes)
    {
        uint slot = program.Routine(SlotBytes, Op(Code.Counted, 0, bytes, second: 8, limit: 100));
        uint group = program.Routine(
            ControlBytes + (SlotsPerGroup * SlotBytes), Op(Code.Elements, ControlBytes, slot, argument: SlotsPerGroup));
        uint table = program.Routine(
            32, Op(Code.MaskPlusOne, GroupsPointer, group, second: GroupsMask, limit: 64, flags: Flags.KeepsDepth));
        uint entry = program.Routine(8, Op(Code.Pointer, 0, table, flags: Flags.KeepsDepth));
        return program.Routine(
            48, Op(Code.Directory, DirectoryPointer, group, second: DirectoryLength, limit: 64, argument: entry,
                flags: Flags.KeepsDepth));
    }
}
