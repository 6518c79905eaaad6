using System.Text;
using SideEye.Capture.Values;
using SideEye.Elf;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Linux;
using SideEye.Target;

namespace SideEye.Capture.Tests.Values;

/// <summary>
/// The values of the test program `values`, in its own memory: it keeps a reflect.Value for each of them, and so their
/// places and types can be had without stacks.
/// </summary>
internal sealed class KnownValues
{
    private readonly GoTypes types;
    private readonly GoFunctions functions;
    private readonly GoBinary binary;

    private KnownValues(GoBinary binary, ITargetMemory memory)
    {
        this.binary = binary;
        Memory = memory;
        types = GoTypes.Open(binary.DebugInformation.Dwarf!);
        functions = GoFunctions.Open(binary.DebugInformation.Dwarf!, types);
    }

    /// <summary>The program's memory.</summary>
    public ITargetMemory Memory { get; }

    /// <summary>Opens the memory of a running program that is not position independent.</summary>
    public static async Task<KnownValues> OpenAsync(GoTarget target)
    {
        byte[] file = await File.ReadAllBytesAsync($"/proc/{target.ProcessId}/exe");
        return new KnownValues(GoBinary.Open(ElfFile.Open(file)), new ProcessMemory(target.ProcessId));
    }

    /// <summary>Rules for rendering its values.</summary>
    public RenderingRules Rules => new()
    {
        DynamicType = address => types.OfRuntimeType(address - binary.ModuleData.Types),
        FunctionName = pc => binary.Pcln.TryFindFunction(pc, out GoFunction function)
            ? binary.Pcln.Name(function) : null,
        ContextKeys = [new("request_id", "main.contextKey"), new("depth", "main.depthKey")],
        NetipV4Mark = binary.Version.Minor < 23 ? Word(Global("net/netip.z4").Address) : null,
        IsEveryPointerWordDirect = binary.Version.Minor >= 26,
    };

    /// <summary>A package-level variable.</summary>
    public (GoType Type, ulong Address) Global(string name) => functions.FindGlobal(name) is { } global
        ? (global.Type, global.Address) : throw new InvalidOperationException($"no variable {name}");

    /// <summary>Every variable of the cases, in the order in which the program answers to "values".</summary>
    public IEnumerable<(string Case, string Name, GoType? Type, ulong Address)> Variables()
    {
        (GoType frames, ulong at) = Global("main.frames");
        foreach (ulong frame in Elements(frames, at))
        {
            string name = Text(frame + Offset(frames.Element!, "Case"));
            GoType variables = Field(frames.Element!, "Variables").Type;
            foreach (ulong variable in Elements(variables, frame + Offset(frames.Element!, "Variables")))
            {
                GoField reflected = Field(variables.Element!, "at");
                ulong value = variable + (ulong)reflected.Offset;
                ulong type = Word(value + (ulong)reflected.Type.Fields[0].Offset);
                ulong address = Word(value + Offset(reflected.Type, "ptr"));
                string variableName = Text(variable + Offset(variables.Element!, "Name"));
                yield return (name, variableName, type == 0 ? null : Rules.DynamicType(type), address);
            }
        }
    }

    private static GoField Field(GoType type, string name) => type.Fields.Single(field => field.Name == name);

    private static ulong Offset(GoType type, string name) => (ulong)Field(type, name).Offset;

    private ulong Word(ulong at) => Memory.TryReadUInt64(new(at), out ulong word)
        ? word : throw new InvalidOperationException($"cannot read {at:x}");

    private string Text(ulong at)
    {
        byte[] text = new byte[Word(at + 8)];
        Memory.TryRead(new(Word(at)), text);
        return Encoding.UTF8.GetString(text);
    }

    private IEnumerable<ulong> Elements(GoType slice, ulong at)
    {
        ulong start = Word(at);
        for (ulong i = 0; i < Word(at + 8); i++)
            yield return start + (i * (ulong)slice.Element!.Size);
    }
}
