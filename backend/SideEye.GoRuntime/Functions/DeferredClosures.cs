using Iced.Intel;
using SideEye.Elf;
using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Finds variables that optimised code keeps nowhere but in the closure of a deferred call, as in
/// <c>defer func() { release(x) }()</c>: debug information does not tell of closures in frames. For Go 1.23 and later,
/// where it says where a variable lies in its closure (DW_AT_go_closure_offset).
/// </summary>
internal sealed class DeferredClosures(PclnTable? pcln, ElfFile? code, BodyReader bodies)
{
    /// <summary>Values of Iced's <see cref="Register"/>, whose numbers fit a byte.</summary>
    private const int RegistersMax = byte.MaxValue + 1;

    private const int CodeBytesMax = 1 << 20;
    private const int ClosuresMax = 256;

    /// <summary>Locals count from varp, which is below return address and saved frame pointer (amd64).</summary>
    private const int FrameLinkBytes = 16;

    /// <summary>The body with what deferred closures know of its variables.</summary>
    public FunctionBody With(FunctionBody body, FunctionIndex index)
    {
        // Functions that defer are not inlined; of a generic one the closures have types that depend on the instance.
        bool isPossible = pcln is not null && code is { Architecture: var architecture }
            && architecture == Architecture.Amd64 && !body.IsInlined
            && !body.Function.Contains('[', StringComparison.Ordinal);
        if (!isPossible || !pcln!.TryFindFunction(body.ContainerEntry, out GoFunction function)
            || function.Entry != body.ContainerEntry || !pcln.TryOpenDefers(function, out long bits, out long first))
        {
            return body;
        }
        Dictionary<ulong, FunctionBody> closures = ClosuresOf(body.Function, index);
        Dictionary<string, List<DeferredCopy>> copies = new(StringComparer.Ordinal);
        foreach (ClosureObject made in closures.Count == 0 ? [] : ObjectsIn(function, closures))
        {
            if (made.IsElsewhereToo)
                continue;
            DeferredClosure closure = new(made.Offset, made.Entry, -FrameLinkBytes - bits, -FrameLinkBytes - first);
            foreach (GoVariable captured in closures[made.Entry].Variables)
                AddCopy(copies, body, captured, closure);
        }
        return copies.Count == 0 ? body : body with
        {
            Variables =
            [
                .. body.Variables.Select(variable => copies.TryGetValue(variable.Name, out List<DeferredCopy>? found)
                    ? variable with { Deferred = [.. found] } : variable),
            ],
        };
    }

    /// <summary>
    /// Of a variable that is assigned after it was captured the closure has the address; that one has a place of its
    /// own. Which of two variables of one name was captured is not known.
    /// </summary>
    private static void AddCopy(
        Dictionary<string, List<DeferredCopy>> copies, FunctionBody body, GoVariable captured, DeferredClosure closure)
    {
        if (captured is not { Role: VariableRole.Captured, IsEscaped: false, ClosureOffset: { } offset }
            || captured.Type.Size is <= 0 or > int.MaxValue)
        {
            return;
        }
        GoVariable? own = null;
        foreach (GoVariable each in body.Variables)
        {
            if (each.Name != captured.Name)
                continue;
            if (own is not null || each.IsEscaped || each.Type.Name != captured.Type.Name)
                return;
            own = each;
        }
        if (own is null)
            return;
        if (!copies.TryGetValue(own.Name, out List<DeferredCopy>? found))
            copies.Add(own.Name, found = []);
        VariablePiece piece = new(PlaceKind.Frame, closure.Offset + offset, (int)captured.Type.Size);
        found.Add(new DeferredCopy(piece, closure));
    }

    /// <summary>The closures written in a function, by the addresses of their code: <c>pkg.f.func1</c>.</summary>
    private Dictionary<ulong, FunctionBody> ClosuresOf(string function, FunctionIndex index)
    {
        Dictionary<ulong, FunctionBody> found = [];
        byte[] start = System.Text.Encoding.UTF8.GetBytes(function + ".func");
        List<FunctionBody> read = [];
        for (int i = index.LowerBound(start); i < index.Count && index.NameUtf8(i).StartsWith(start); i++)
        {
            if (found.Count >= ClosuresMax)
                break;
            if (index.NameUtf8(i)[start.Length..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
                continue;
            read.Clear();
            for (int place = 0; place < index.PlaceCount(i); place++)
                bodies.Read(index.Name(i), index.Place(i, place), read);
            foreach (FunctionBody each in read)
            {
                if (!each.IsInlined)
                    found.TryAdd(each.ContainerEntry, each);
            }
        }
        return found;
    }

    /// <summary>Where the function makes closures in its own frame: it stores the address of their code.</summary>
    private List<ClosureObject> ObjectsIn(GoFunction function, Dictionary<ulong, FunctionBody> closures)
    {
        ulong length = function.End - function.Entry;
        if (length > CodeBytesMax || !code!.TryBytesAt(function.Entry, (int)length, out ReadOnlyMemory<byte> bytes))
            return [];
        List<ClosureObject> objects = [];
        ulong[] held = new ulong[RegistersMax]; // by register, 0 for nothing
        Decoder decoder = Decoder.Create(64, bytes.ToArray(), function.Entry);
        while (decoder.IP < function.End)
        {
            ulong pc = decoder.IP;
            decoder.Decode(out Instruction one);
            if (IsStore(one) && held[(int)one.Op1Register] is not 0 and ulong entry
                && pcln!.CfaOffset(function, pc) is { } toCfa)
            {
                Note(objects, entry, (long)one.MemoryDisplacement64 - toCfa);
            }
            Follow(one, held, closures);
        }
        return objects;
    }

    private static void Note(List<ClosureObject> objects, ulong entry, long offset)
    {
        int known = objects.FindIndex(each => each.Entry == entry);
        if (known < 0)
            objects.Add(new ClosureObject(entry, offset, IsElsewhereToo: false));
        else if (objects[known].Offset != offset)
            objects[known] = objects[known] with { IsElsewhereToo = true };
    }

    /// <summary>Which registers hold the address of a closure's code after an instruction. Anything but plain moves is
    /// taken to change them all.</summary>
    private static void Follow(
        in Instruction one, ulong[] held, Dictionary<ulong, FunctionBody> closures)
    {
        if (one.IsInvalid || one.FlowControl != FlowControl.Next || one.Mnemonic
            is not (Mnemonic.Mov or Mnemonic.Lea or Mnemonic.Movups or Mnemonic.Movzx or Mnemonic.Nop))
        {
            Array.Clear(held);
            return;
        }
        if (one.OpCount == 0 || one.Op0Kind != OpKind.Register)
            return;
        held[(int)one.Op0Register.GetFullRegister()] = 0;
        if (one.Mnemonic == Mnemonic.Lea && one.IsIPRelativeMemoryOperand
            && closures.ContainsKey(one.IPRelativeMemoryAddress))
        {
            held[(int)one.Op0Register] = one.IPRelativeMemoryAddress;
        }
    }

    private static bool IsStore(in Instruction one) =>
        one.Mnemonic == Mnemonic.Mov && one.Op0Kind == OpKind.Memory && one.Op1Kind == OpKind.Register
        && one.MemoryBase == Register.RSP && one.MemoryIndex == Register.None;

    /// <summary>A closure that is made in the frame of the function that it is written in.</summary>
    /// <param name="Entry">Address of its code.</param>
    /// <param name="Offset">Of the object, from the canonical frame address.</param>
    /// <param name="IsElsewhereToo">Whether it is made in several places: which is deferred is not known then.</param>
    private readonly record struct ClosureObject(ulong Entry, long Offset, bool IsElsewhereToo);
}
