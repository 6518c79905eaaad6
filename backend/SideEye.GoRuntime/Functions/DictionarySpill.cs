using Iced.Intel;
using SideEye.Elf;
using SideEye.GoRuntime.Types;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Finds where a generic function keeps its dictionary: DWARF tells it only in code that is not optimised. It comes in
/// a register (cmd/compile/abi-internal.md, amd64), and what is needed behind a call is stored into the parameter's own
/// place in the caller's frame, which nothing else uses. Only a store that every way into the function passes counts.
/// </summary>
internal static class DictionarySpill
{
    private const int PrologueBytesMax = 512;
    private const int ReceiverFirstSince = 20;
    private const int FloatRegisters = 15;
    private const int ArrayNestingMax = 16;

    private static readonly Register[] IntegerRegisters =
    [
        Register.RAX, Register.RBX, Register.RCX, Register.RDI, Register.RSI, Register.R8, Register.R9, Register.R10,
        Register.R11,
    ];

    /// <summary>The place; null when the code does not say.</summary>
    /// <param name="elf">The program.</param>
    /// <param name="version">Of Go.</param>
    /// <param name="code">All code of the function.</param>
    /// <param name="parts">What its name says.</param>
    /// <param name="receiver">Its first parameter.</param>
    public static DictionaryPlace? Find(
        ElfFile elf, GoVersion version, PcSpan code, GenericParts parts, GoVariable? receiver)
    {
        int length = (int)Math.Min(code.High - code.Low, PrologueBytesMax);
        if (elf.Architecture != Target.Architecture.Amd64
            || RegisterOf(version, parts, receiver) is not { } register
            || !elf.TryBytesAt(code.Low, length, out ReadOnlyMemory<byte> bytes))
        {
            return null;
        }
        // A return address may lie just behind the function.
        return Follow(bytes.ToArray(), code.Low, code.High + 1, register);
    }

    /// <summary>Follows the entry of the function to the store.</summary>
    private static DictionaryPlace? Follow(byte[] code, ulong entry, ulong end, Register register)
    {
        Decoder decoder = Decoder.Create(64, code, entry);
        long depth = sizeof(ulong); // CFA minus SP: the return address
        ulong last = entry + (ulong)code.Length;
        while (decoder.IP < last)
        {
            decoder.Decode(out Instruction one);
            if (one.IsInvalid)
                return null;
            if (one.FlowControl == FlowControl.ConditionalBranch && depth == sizeof(ulong)
                && one.NearBranchTarget > decoder.IP)
            {
                // The check of the stack's room: more is got behind the function's code, and then it is entered anew.
                end = Math.Min(end, one.NearBranchTarget);
            }
            else if (one.FlowControl != FlowControl.Next)
            {
                return null;
            }
            else if (IsStore(one, register) && (long)one.MemoryDisplacement64 - depth is >= 0 and var offset)
            {
                return new DictionaryPlace(offset, new PcSpan(decoder.IP, end));
            }
            else if (IsChanged(one, register))
            {
                return null;
            }
            depth += Growth(one);
        }
        return null;
    }

    private static bool IsStore(in Instruction one, Register register) =>
        one.Mnemonic == Mnemonic.Mov && one.Op0Kind == OpKind.Memory && one.Op1Kind == OpKind.Register
        && one.Op1Register == register && one.MemoryBase == Register.RSP && one.MemoryIndex == Register.None;

    /// <summary>Bytes by which the stack grows.</summary>
    private static long Growth(in Instruction one)
    {
        if (one.Mnemonic == Mnemonic.Push)
            return sizeof(ulong);
        if (one.OpCount != 2 || one.Op0Kind != OpKind.Register || one.Op0Register != Register.RSP)
            return 0;
        return one.Mnemonic switch
        {
            Mnemonic.Sub => (long)one.GetImmediate(1),
            Mnemonic.Add => -(long)one.GetImmediate(1),
            _ => 0,
        };
    }

    /// <summary>Whether the register, or SP in a way that <see cref="Growth"/> does not know, may be another
    /// afterwards.</summary>
    private static bool IsChanged(in Instruction one, Register register)
    {
        if (one.OpCount == 0 || one.Mnemonic is Mnemonic.Cmp or Mnemonic.Test or Mnemonic.Push or Mnemonic.Nop)
            return false;
        if (one.Mnemonic is not (Mnemonic.Mov or Mnemonic.Lea or Mnemonic.Sub or Mnemonic.Add or Mnemonic.Xor
            or Mnemonic.Movups or Mnemonic.Movupd or Mnemonic.Movsd or Mnemonic.Movss or Mnemonic.Xorps))
        {
            return true;
        }
        if (one.Op0Kind != OpKind.Register)
            return false;
        Register changed = one.Op0Register.GetFullRegister();
        bool isGrowth = one.Mnemonic is Mnemonic.Sub or Mnemonic.Add && one.Op1Kind.IsImmediate();
        return changed == register || (changed == Register.RSP && !isGrowth);
    }

    private static bool IsImmediate(this OpKind kind) => kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64;

    /// <summary>
    /// The register that the dictionary comes in: behind the receiver's (cmd/compile/internal/noder/reader.go, Go 1.20
    /// on), before it in Go 1.19.
    /// </summary>
    private static Register? RegisterOf(GoVersion version, GenericParts parts, GoVariable? receiver)
    {
        int before = 0;
        // Closures that are called where they stand get it behind an unknown number of parameters, others not at all.
        if (parts.IsClosure && version.IsAtLeast(ReceiverFirstSince))
            return null;
        if (parts.Receiver is not null && version.IsAtLeast(ReceiverFirstSince))
        {
            // One without a name is no variable: then the first one is another parameter.
            int floats = 0;
            if (parts.IsPointerReceiver)
                before = 1;
            else if (receiver?.Role != VariableRole.Parameter || GenericName.Elided(receiver.Type.Name) != parts.Receiver)
                return null;
            else if (!TryAssign(receiver.Type, 0, ref before, ref floats))
                before = 0;
        }
        return before < IntegerRegisters.Length ? IntegerRegisters[before] : null;
    }

    /// <summary>Counts the registers of a value; false when it is passed in memory.</summary>
    private static bool TryAssign(GoType type, int nesting, ref int integers, ref int floats)
    {
        if (nesting > ArrayNestingMax)
            return false;
        switch (type.Kind)
        {
            case GoKind.Struct:
                foreach (GoField field in type.Fields)
                {
                    if (!TryAssign(field.Type, nesting + 1, ref integers, ref floats))
                        return false;
                }
                break;
            case GoKind.Array:
                if (type.Length > 1 || (type.Length == 1
                    && (type.Element is null || !TryAssign(type.Element, nesting + 1, ref integers, ref floats))))
                {
                    return false;
                }
                break;
            case GoKind.Float32 or GoKind.Float64:
                floats++;
                break;
            case GoKind.Complex64 or GoKind.Complex128:
                floats += 2;
                break;
            case GoKind.String or GoKind.Interface:
                integers += 2;
                break;
            case GoKind.Slice:
                integers += 3;
                break;
            default:
                integers++;
                break;
        }
        return integers <= IntegerRegisters.Length && floats <= FloatRegisters;
    }
}
