using System.Collections.Immutable;
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
    /// <param name="variables">Its variables, parameters first; empty when they are not known.</param>
    public static DictionaryPlace? Find(
        ElfFile elf, GoVersion version, PcSpan code, GenericParts parts, ImmutableArray<GoVariable> variables)
    {
        int length = (int)Math.Min(code.High - code.Low, PrologueBytesMax);
        if (elf.Architecture != Target.Architecture.Amd64
            || !elf.TryBytesAt(code.Low, length, out ReadOnlyMemory<byte> bytes))
        {
            return null;
        }
        // A return address may lie just behind the function.
        List<Store> stores = Follow(bytes.ToArray(), code.Low, code.High + 1);
        // Closures that are called where they stand get it among their other parameters: it has no name. Others do not
        // get it, and then no frame has its address there.
        if (parts.IsClosure && version.IsAtLeast(ReceiverFirstSince))
            stores.RemoveAll(store => IsOfVariable(store.Place, variables));
        else if (RegisterOf(version, parts, variables.IsEmpty ? null : variables[0]) is { } register)
            stores.RemoveAll(store => store.Register != register);
        else
            return null;
        return stores is [var only] ? only.Place : null;
    }

    private static bool IsOfVariable(DictionaryPlace place, ImmutableArray<GoVariable> variables)
    {
        foreach (GoVariable variable in variables)
        {
            foreach (VariableLocation location in variable.Locations)
            {
                foreach (VariablePiece piece in location.Pieces)
                {
                    if (piece.Kind == PlaceKind.Frame && place.FrameOffset >= piece.Value
                        && place.FrameOffset < piece.Value + piece.Bytes)
                    {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /// <summary>Follows the entry of the function as long as there is one way: the first store of each register into
    /// the caller's frame.</summary>
    private static List<Store> Follow(byte[] code, ulong entry, ulong end)
    {
        List<Store> stores = [];
        List<Register> unchanged = [.. IntegerRegisters];
        Decoder decoder = Decoder.Create(64, code, entry);
        long depth = sizeof(ulong); // CFA minus SP: the return address
        ulong last = entry + (ulong)code.Length;
        while (decoder.IP < last)
        {
            decoder.Decode(out Instruction one);
            bool isCheck = one.FlowControl == FlowControl.ConditionalBranch && depth == sizeof(ulong)
                && one.NearBranchTarget > decoder.IP;
            // The check of the stack's room: more is got behind the function's code, and then it is entered anew.
            if (isCheck)
            {
                end = Math.Min(end, one.NearBranchTarget);
            }
            else if (one.IsInvalid || one.FlowControl != FlowControl.Next || IsChanged(one, Register.RSP))
            {
                break;
            }
            else if (IsStore(one) && unchanged.Remove(one.Op1Register)
                && (long)one.MemoryDisplacement64 - depth is >= 0 and var offset)
            {
                stores.Add(new Store(one.Op1Register, new DictionaryPlace(offset, new PcSpan(decoder.IP, end))));
            }
            else
            {
                unchanged.RemoveAll(register => IsChanged(one, register));
            }
            depth += Growth(one);
        }
        return stores;
    }

    private readonly record struct Store(Register Register, DictionaryPlace Place);

    private static bool IsStore(in Instruction one) =>
        one.Mnemonic == Mnemonic.Mov && one.Op0Kind == OpKind.Memory && one.Op1Kind == OpKind.Register
        && one.MemoryBase == Register.RSP && one.MemoryIndex == Register.None;

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

    /// <summary>Whether the register may be another afterwards; of SP that <see cref="Growth"/> does not know how.
    /// </summary>
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
        bool isGrowth = changed == Register.RSP && one.Mnemonic is (Mnemonic.Sub or Mnemonic.Add)
            && one.Op1Kind.IsImmediate();
        return changed == register && !isGrowth;
    }

    private static bool IsImmediate(this OpKind kind) => kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64;

    /// <summary>
    /// The register that the dictionary comes in: behind the receiver's (cmd/compile/internal/noder/reader.go, Go 1.20
    /// on), before it in Go 1.19.
    /// </summary>
    private static Register? RegisterOf(GoVersion version, GenericParts parts, GoVariable? receiver)
    {
        int before = 0;
        if (parts.Receiver is not null && version.IsAtLeast(ReceiverFirstSince))
        {
            // One without a name is no variable: then the first one is another parameter.
            int floats = 0;
            bool isReceiver = receiver?.Role == VariableRole.Parameter
                && GenericName.Elided(receiver.Type.Name) == parts.Receiver;
            if (parts.IsPointerReceiver)
                before = 1;
            else if (!isReceiver || receiver is null)
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
