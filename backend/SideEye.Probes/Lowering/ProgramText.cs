using System.Globalization;
using System.Text;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>A capture program in words, for people and reviewed goldens.</summary>
public static class ProgramText
{
    /// <summary>Every range and routine, an operation per line.</summary>
    public static string Of(CaptureProgram program)
    {
        StringBuilder text = new();
        foreach (NativeCaptureRange range in program.Ranges)
        {
            Line(text, $"range +0x{range.Low:x}..+0x{range.High:x}: routine {range.Routine}, cfa sp+{range.CfaOffset}");
        }
        for (int i = 0; i < program.Routines.Length; i++)
        {
            Routine routine = program.Routines[i];
            Line(text, $"routine {i} {routine.Name}: {routine.ElementBytes} bytes{PiecesOf(routine)}");
            foreach (NativeCaptureOp op in routine.Ops)
                Line(text, $"  {Words(op)}");
        }
        foreach (NativeCaptureType type in program.Types)
        {
            Line(text, $"type 0x{type.Address:x}: routine {(int)type.Routine}, number {type.Number}, "
                + $"{(NativeTypeFlags)type.Flags}");
        }
        return text.ToString();
    }

    private static string PiecesOf(Routine routine) => routine.Pieces.Count == 0 ? "" :
        ": " + string.Join(", ", routine.Pieces.Select(static piece => $"{piece.Offset}+{piece.Bytes}"));

    private static string Words(in NativeCaptureOp op)
    {
        string limit = op.Limit == 0 ? "" : $" limit {op.Limit}";
        string argument = op.Argument == 0 ? "" : $" argument {op.Argument}";
        string flags = op.Flags == 0 ? "" : $" {(NativeCaptureFlags)op.Flags}";
        string depth = op.Depth == 0 ? "" : $" depth {op.Depth}";
        return $"{(NativeCaptureCode)op.Code} {op.Offset} {op.Second} -> {(int)op.Routine}"
            + limit + argument + flags + depth;
    }

    private static void Line(StringBuilder text, string line) =>
        text.Append(CultureInfo.InvariantCulture, $"{line}\n");
}
