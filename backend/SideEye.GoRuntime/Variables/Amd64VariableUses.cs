using Iced.Intel;

namespace SideEye.GoRuntime;

/// <summary>
/// Finds uses of package-level variables in amd64 code: RIP-relative operands, and XCHG through a LEA.
/// </summary>
internal static class Amd64VariableUses
{
    /// <summary>Decodes one function from its entry on.</summary>
    public static List<VariableUse> Decode(ReadOnlyMemory<byte> code, ulong address)
    {
        List<VariableUse> uses = [];
        byte[] bytes = code.ToArray();
        Decoder decoder = Decoder.Create(64, bytes, address);
        RegisterContent[] registers = new RegisterContent[16];
        ulong end = address + (ulong)bytes.Length;
        while (decoder.IP < end)
        {
            decoder.Decode(out Instruction instruction);
            if (instruction.IsInvalid)
                break;
            Step(instruction, registers, uses);
        }
        return uses;
    }

    private static void Step(in Instruction instruction, RegisterContent[] registers, List<VariableUse> uses)
    {
        if (instruction.FlowControl is FlowControl.Call or FlowControl.IndirectCall)
        {
            // Go has no callee-saved registers.
            Array.Clear(registers);
            return;
        }
        if (instruction.Mnemonic == Mnemonic.Xchg && instruction.Op0Kind == OpKind.Memory
            && instruction.Op1Kind == OpKind.Register)
        {
            if (Target(instruction, registers) is { } stored)
            {
                int source = Number(instruction.Op1Register);
                uses.Add(new VariableUse(
                    VariableUseKind.ReleaseStore, stored, source < 0 ? null : registers[source].LoadedFrom));
            }
            return;
        }
        if (instruction.OpCount == 0 || instruction.Op0Kind != OpKind.Register)
            return;
        int destination = Number(instruction.Op0Register);
        if (destination < 0)
            return;
        RegisterContent content = default;
        if (instruction.IsIPRelativeMemoryOperand && instruction.Op1Kind == OpKind.Memory)
        {
            ulong operand = instruction.IPRelativeMemoryAddress;
            if (instruction.Mnemonic == Mnemonic.Lea)
            {
                content.Address = operand;
            }
            else if (instruction.Mnemonic == Mnemonic.Mov)
            {
                content.LoadedFrom = operand;
                uses.Add(new VariableUse(VariableUseKind.Load, operand, null));
            }
        }
        // Whatever else has a register as its first operand may have changed it.
        registers[destination] = content;
    }

    private static ulong? Target(in Instruction instruction, RegisterContent[] registers)
    {
        if (instruction.IsIPRelativeMemoryOperand)
            return instruction.IPRelativeMemoryAddress;
        int register = Number(instruction.MemoryBase);
        bool plain = instruction.MemoryIndex == Register.None && register >= 0;
        return plain && registers[register].Address is { } address ? address + instruction.MemoryDisplacement64 : null;
    }

    private static int Number(Register register) =>
        register.IsGPR() ? register.GetFullRegister() - Register.RAX : -1;
}
