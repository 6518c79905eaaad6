using System.Buffers.Binary;
using SideEye.GoRuntime;
using SideEye.Target;

namespace SideEye.Fuzz;

/// <summary>Looks everything up in a pclntab, in the wrapping of <see cref="PclntabSlice"/>.</summary>
internal static class PclntabWalk
{
    /// <summary>Go's minor version in 4 bytes, the table's length in 4; the table; the function data.</summary>
    public const int HeaderBytes = 8;

    private const ulong Text = 0x401000;
    private const int FunctionsMax = 32;
    private const int PcsOfFunction = 16;
    private const int ArgumentWords = 4;

    public static PclnTable Open(byte[] input)
    {
        if (input.Length < HeaderBytes)
            throw new MalformedFileException("pclntab seed", 0, "no header");
        int minor = 19 + input[0] % 9; // 1.19 to 1.27; a seed of 1.27 says 8
        if (!GoVersion.TryParse($"go1.{minor}", out GoVersion? version))
            throw new InvalidOperationException($"1.{minor} is no version");
        uint tableBytes = BinaryPrimitives.ReadUInt32LittleEndian(input.AsSpan(4));
        int split = HeaderBytes + (int)Math.Min(tableBytes, (uint)(input.Length - HeaderBytes));
        return PclnTable.Open(input.AsMemory(HeaderBytes..split), input.AsMemory(split), Text, version);
    }

    public static void Run(byte[] input)
    {
        PclnTable table = Open(input);
        for (int i = 0; i < Math.Min(table.FunctionCount, FunctionsMax); i++)
        {
            int index = i;
            ElfWalk.Part(() => LookUp(table, table.FunctionAt(index)));
        }

        ElfWalk.Part(() => table.FindByName("main.main"));
        ElfWalk.Part(() => table.FindByName("there.is.none"));
        ElfWalk.Part(() => table.TryFindFunction(table.TextEnd - 1, out _));
    }

    private static void LookUp(PclnTable table, GoFunction function)
    {
        ElfWalk.Part(() => table.Name(function));
        ulong step = Math.Max(1, (function.End - function.Entry) / PcsOfFunction);
        List<PclnFrame> frames = [];
        for (int i = 0; i < PcsOfFunction; i++)
        {
            ulong pc = function.Entry + (ulong)i * step;
            ElfWalk.Part(() => table.TryFindFunction(pc, out _));
            ElfWalk.Part(() => table.TryStackDelta(function, pc, out _));
            ElfWalk.Part(() => table.TryFileAndLine(function, pc, out _, out _));
            frames.Clear();
            ElfWalk.Part(() => table.Expand(function, pc, frames));
            for (int word = 0; word < ArgumentWords; word++)
            {
                int wanted = word;
                ElfWalk.Part(() => table.TryArgumentSlot(function, pc, wanted, out _, out _, out _));
            }
        }
    }
}
