using SideEye.GoRuntime;
using SideEye.Target.Native;
using static SideEye.Bpf.Tests.ProgramBuilder;
using Code = SideEye.Target.Native.NativeCaptureCode;

namespace SideEye.Bpf.Tests;

/// <summary>The locals of main.capture in tests/targets/captures: type locals.</summary>
internal static class CaptureLocals
{
    private const uint Depth = 3;

    /// <summary>Adds its frame: a ring, a text, a slice, a struct with a secret, and two maps where they are swiss.
    /// </summary>
    public static void Add(ProgramBuilder program, GoFunction function, int cfaOffset, int locals, bool isSwiss)
    {
        uint bytes = program.Routine(1);
        uint numbers = program.Routine(8);
        uint node = program.Declare(16);
        program.Define(node, Op(Code.Pointer, 8, node));
        uint account = program.Declare(48);
        program.Define(account, Op(Code.Counted, 0, bytes, second: 8, limit: 100), Op(Code.Pointer, 40, account));
        program.Cut(account, (0, 16), (32, 16));
        List<NativeCaptureOp> operations =
        [
            Op(Code.Pointer, locals + 8, node, depth: Depth),
            Op(Code.Counted, locals + 16, bytes, second: locals + 24, limit: 1024, depth: Depth),
            Op(Code.Counted, locals + 32, numbers, second: locals + 40, limit: 1024, depth: Depth),
            Op(Code.Pointer, locals + 56, account, depth: Depth),
        ];
        if (isSwiss)
        {
            uint map = SwissMaps.OfStringToInt64(program, bytes);
            operations.Add(Op(Code.Pointer, locals + 96, map, depth: Depth));
            operations.Add(Op(Code.Pointer, locals + 104, map, depth: Depth));
        }
        program.Frame(function.Entry, function.End, cfaOffset, [.. operations]);
    }
}
