using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using SideEye.Dwarf;
using SideEye.Elf;

namespace SideEye.Bpf.Tests;

/// <summary>
/// The generated C# types against the compiled native library and the compiled probe: what either compiler made of
/// bpf/abi.table must be the same.
/// </summary>
public sealed class What_C_and_CSharp_share
{
    private const string Library = "out/native/libsideeye.so";
    private const string ProbeObject = "out/native/snapshot.bpf.o";

    public static TheoryData<string> Structs => [.. SharedTypes.Structs.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Structs))]
    public void A_struct_has_the_same_layout_in_the_native_library(string name) =>
        AssertSameLayout(Struct(name), Open(Library).FindStruct(SharedTypes.InC(Struct(name))));

    [Theory]
    [InlineData("NativeRecordHeader")]
    [InlineData("NativeGoroutineRecord")]
    [InlineData("NativeLayout")]
    public void A_struct_that_the_probe_uses_has_the_same_layout_in_the_kernel(string name) =>
        AssertSameLayout(Struct(name), Open(ProbeObject).FindStruct(SharedTypes.InC(Struct(name))));

    [Fact]
    public void The_probe_and_the_library_agree_on_the_memory_they_share()
    {
        StructLayout kernel = Open(ProbeObject).FindStruct("se_control")!;
        StructLayout library = Open(Library).FindStruct("se_control")!;
        StructLayout shard = Open(ProbeObject).FindStruct("se_shard")!;

        Assert.Equal(Shape(library), Shape(kernel));
        Assert.Equal((ulong)SharedTypes.Limits["MaxWorkers"] * shard.Size, kernel.FindMember("shards")!.Value.Size);
        Assert.Equal((ulong)SharedTypes.Limits["BlockGoroutines"] * 8, shard.FindMember("gs")!.Value.Size);
    }

    [Theory]
    [InlineData("native")]
    [InlineData("bpf")]
    public void Every_constant_enum_size_and_offset_is_what_the_C_compiler_says(string target)
    {
        Requires.Program("clang");
        List<string> arguments = ["-fsyntax-only", "-std=gnu11", "-x", "c", $"-I{Repository.PathOf("out/native")}"];
        if (target == "bpf")
            arguments.AddRange(["-target", "bpf", "-ffreestanding"]);
        Assert.Equal("", Compile([.. arguments, "-"], Assertions()));
    }

    private static Type Struct(string name) => SharedTypes.Structs.Single(type => type.Name == name);

    private static DwarfFile Open(string path)
    {
        byte[] file = File.ReadAllBytes(Repository.PathOf(path));
        // Our reader knows the processors of Go programs; DWARF is the same for BPF, whose relocations have their
        // addends in place, so that those of an object made from one source need no applying.
        BitConverter.TryWriteBytes(file.AsSpan(0x12), (ushort)62); // e_machine: EM_X86_64
        return DwarfFile.Open(ElfFile.Open(file));
    }

    private static void AssertSameLayout(Type type, StructLayout? compiled)
    {
        Assert.NotNull(compiled);
        Assert.Equal((ulong)Marshal.SizeOf(type), compiled.Size);
        IEnumerable<(string, ulong, ulong)> ours = SharedTypes.Fields(type).Select(field => (
            SharedTypes.Snake(field.Name), (ulong)Marshal.OffsetOf(type, field.Name),
            (ulong)Marshal.SizeOf(field.FieldType)));
        Assert.Equal(ours, Shape(compiled));
    }

    private static IEnumerable<(string, ulong, ulong)> Shape(StructLayout layout) =>
        layout.Members.Select(member => (member.Name, member.Offset, member.Size));

    /// <summary>C that compiles only where everything is as C# has it.</summary>
    private static string Assertions()
    {
        StringBuilder text = new("#include <stddef.h>\n#include \"abi.h\"\n");
        void Claim(string expression, object value) =>
            text.Append($"_Static_assert({expression} == {value}, \"{expression} is not {value}\");\n");
        foreach ((string name, int value) in SharedTypes.Limits)
            Claim($"SE_{SharedTypes.Snake(name).ToUpperInvariant()}", value);
        foreach (Type type in SharedTypes.Enums)
        {
            foreach (string member in Enum.GetNames(type))
            {
                string constant = $"{SharedTypes.InC(type)}_{SharedTypes.Snake(member)}".ToUpperInvariant();
                Claim(constant, Convert.ToUInt32(Enum.Parse(type, member)));
            }
        }
        foreach (Type type in SharedTypes.Structs)
        {
            string name = $"struct {SharedTypes.InC(type)}";
            Claim($"sizeof({name})", Marshal.SizeOf(type));
            foreach (FieldInfo field in SharedTypes.Fields(type))
                Claim($"offsetof({name}, {SharedTypes.Snake(field.Name)})", Marshal.OffsetOf(type, field.Name));
        }
        return text.ToString();
    }

    /// <summary>What the compiler complains of.</summary>
    private static string Compile(IReadOnlyList<string> arguments, string source)
    {
        ProcessStartInfo start = new("clang", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using Process compiler = Process.Start(start)!;
        compiler.StandardInput.Write(source);
        compiler.StandardInput.Close();
        string complaints = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return complaints;
    }
}
