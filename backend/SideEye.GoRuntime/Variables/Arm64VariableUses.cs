using System.Buffers.Binary;

namespace SideEye.GoRuntime;

/// <summary>
/// Finds uses of package-level variables in arm64 code: ADRP followed by ADD, LDR or LDP, and STLR through them
/// (Arm Architecture Reference Manual, C6.2).
/// </summary>
internal static class Arm64VariableUses
{
    /// <summary>Decodes one function from its entry on.</summary>
    public static List<VariableUse> Decode(ReadOnlySpan<byte> code, ulong address)
    {
        List<VariableUse> uses = [];
        RegisterContent[] registers = new RegisterContent[32];
        for (int at = 0; at + 4 <= code.Length; at += 4)
            Step(BinaryPrimitives.ReadUInt32LittleEndian(code[at..]), address + (ulong)at, registers, uses);
        return uses;
    }

    private static void Step(uint word, ulong pc, RegisterContent[] registers, List<VariableUse> uses)
    {
        int target = (int)(word & 31);
        int source = (int)((word >> 5) & 31);
        if ((word & 0xfc000000) == 0x94000000 || (word & 0xfffffc1f) == 0xd63f0000)
        {
            // BL, BLR: Go has no callee-saved registers.
            Array.Clear(registers);
            return;
        }
        if ((word & 0xfffffc00) == 0xc89ffc00)
        {
            // STLR Xt, [Xn].
            if (registers[source].Address is { } stored)
                uses.Add(new VariableUse(VariableUseKind.ReleaseStore, stored, registers[target].LoadedFrom));
            return;
        }
        RegisterContent content = default;
        if ((word & 0x9f000000) == 0x90000000)
        {
            // ADRP Xd, page: immhi:immlo is a signed 21-bit count of 4 KiB pages.
            long pages = ((((long)(word >> 5) & 0x7ffff) << 2) | ((word >> 29) & 3)) << 43 >> 43;
            content.Address = (pc & ~0xfffUL) + (ulong)(pages << 12);
        }
        else if ((word & 0xff800000) == 0x91000000 && registers[source].Address is { } based)
        {
            // ADD Xd, Xn, #imm12{, LSL #12}.
            ulong immediate = (word >> 10) & 0xfff;
            content.Address = based + (((word >> 22) & 1) != 0 ? immediate << 12 : immediate);
        }
        else if ((word & 0xffc00000) == 0xf9400000 && registers[source].Address is { } loaded)
        {
            // LDR Xt, [Xn, #imm12 * 8].
            content.LoadedFrom = loaded + (((word >> 10) & 0xfff) * 8);
            uses.Add(new VariableUse(VariableUseKind.Load, content.LoadedFrom.Value, null));
        }
        else if ((word & 0xffc00000) == 0xa9400000 && registers[source].Address is { } pair)
        {
            // LDP Xt, Xt2, [Xn, #imm7 * 8].
            long offset = (long)((word >> 15) & 0x7f) << 57 >> 57 << 3;
            content.LoadedFrom = pair + (ulong)offset;
            uses.Add(new VariableUse(VariableUseKind.Load, content.LoadedFrom.Value, null));
            uses.Add(new VariableUse(VariableUseKind.Load, content.LoadedFrom.Value + 8, null));
            registers[(word >> 10) & 31] = new RegisterContent { LoadedFrom = content.LoadedFrom + 8 };
        }
        // Most other instructions write the register in these bits; forgetting one that does not is harmless.
        if (target != 31)
            registers[target] = content;
    }
}
