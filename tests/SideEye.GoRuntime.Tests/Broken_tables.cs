using System.Diagnostics;
using SideEye.Target;
using Xunit;

namespace SideEye.GoRuntime.Tests;

/// <summary>A damaged or hostile file gives one clear error, quickly, and never anything else.</summary>
public sealed class Broken_tables
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("1.19")]
    [InlineData("1.27")]
    public void Flipped_bytes_of_a_pclntab_give_answers_or_clear_errors(string toolchain)
    {
        GoBinary binary = GoProgram.Build(toolchain, "default").Binary.Value;
        byte[] table = RestOf(binary, binary.ModuleData.PcHeader);
        byte[] functionData = RestOf(binary, binary.ModuleData.GoFunc);
        Random random = new(20261122);
        Stopwatch clock = Stopwatch.StartNew();
        int opened = 0;
        for (int round = 0; round < 400; round++)
        {
            byte[] damaged = [.. table];
            // Half of the damage goes to the header and the function table, where it hurts most.
            for (int flips = random.Next(1, 20); flips > 0; flips--)
            {
                int at = random.Next(2) == 0 ? random.Next(120) : random.Next(damaged.Length);
                damaged[at] = (byte)random.Next(256);
            }
            ReadOnlyMemory<byte> memory = random.Next(4) == 0 ? Beginning(damaged, random) : damaged;
            opened += Exercise(memory, functionData, binary, random) ? 1 : 0;
        }
        Assert.True(clock.Elapsed < Patience, $"took {clock.Elapsed}");
        Assert.True(opened > 40, $"only {opened} tables could be opened at all");
    }

    [Theory]
    [InlineData("1.19")]
    [InlineData("1.27")]
    public void Flipped_bytes_of_inline_trees_give_answers_or_clear_errors(string toolchain)
    {
        GoBinary binary = GoProgram.Build(toolchain, "default").Binary.Value;
        byte[] table = RestOf(binary, binary.ModuleData.PcHeader);
        byte[] functionData = RestOf(binary, binary.ModuleData.GoFunc);
        Random random = new(7);
        for (int round = 0; round < 60; round++)
        {
            byte[] damaged = [.. functionData];
            for (int flips = damaged.Length / 50; flips > 0; flips--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            ReadOnlyMemory<byte> memory = random.Next(2) == 0 ? Beginning(damaged, random) : damaged;
            Assert.True(Exercise(table, memory, binary, random));
        }
    }

    [Fact]
    public void A_loop_in_an_inline_tree_ends_with_the_function_itself()
    {
        GoBinary binary = GoProgram.Build("1.27", "default").Binary.Value;
        byte[] functionData = RestOf(binary, binary.ModuleData.GoFunc);
        List<PclnFrame> frames = [];
        GoFunction inlining = default;
        ulong inlined = 0;
        for (int i = 0; i < binary.Pcln.FunctionCount && inlined == 0; i++)
        {
            inlining = binary.Pcln.FunctionAt(i);
            for (ulong pc = inlining.Entry; pc < inlining.End && inlined == 0; pc++)
                inlined = binary.Pcln.Expand(inlining, pc, frames) > 1 ? pc : 0;
        }
        // Whatever is inlined claims to be called from where it is.
        byte[] looping = new byte[functionData.Length];
        for (int i = 8; i + 4 <= looping.Length; i += 16)
            BitConverter.TryWriteBytes(looping.AsSpan(i), (uint)(inlined - inlining.Entry));
        PclnTable table = PclnTable.Open(
            RestOf(binary, binary.ModuleData.PcHeader), looping, binary.ModuleData.Text, binary.Version);
        frames.Clear();
        Assert.Equal(2, table.Expand(inlining, inlined, frames));
        Assert.True(frames[0].IsInlined);
        Assert.Equal((table.Name(inlining), "?", 0), (frames[1].Function, frames[1].File, frames[1].Line));
    }

    [Fact]
    public void An_old_pclntab_is_refused_by_name()
    {
        byte[] header = new byte[200];
        header[0] = 0xfa;
        header.AsSpan(1, 3).Fill(0xff);
        Assert.True(GoVersion.TryParse("go1.16", out GoVersion? version));
        MalformedFileException refused =
            Assert.Throws<MalformedFileException>(() => PclnTable.Open(header, default, 0, version));
        Assert.Contains("Go 1.17 or older", refused.Message, StringComparison.Ordinal);
        Assert.Equal(".gopclntab", refused.Section);
    }

    [Fact]
    public void Flipped_bytes_of_a_program_file_give_answers_or_clear_errors()
    {
        GoProgram program = GoProgram.Build("1.27", "pie");
        byte[] file = File.ReadAllBytes(program.Path);
        Random random = new(3);
        for (int round = 0; round < 60; round++)
        {
            byte[] damaged = [.. file];
            for (int flips = 2000; flips > 0; flips--)
                damaged[random.Next(0x400, damaged.Length)] = (byte)random.Next(256);
            try
            {
                GoBinary binary = GoBinary.Open(Elf.ElfFile.Open(damaged));
                _ = binary.WaitReasons.Count;
                _ = binary.Variables.AllM;
            }
            catch (Exception e) when (e is MalformedFileException or NotGoBinaryException
                or UnsupportedGoVersionException or RuntimeVariableNotFoundException)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    /// <summary>
    /// Looks everything up; only the one exception may come out. False when the table cannot be opened.
    /// </summary>
    private static bool Exercise(
        ReadOnlyMemory<byte> table, ReadOnlyMemory<byte> functionData, GoBinary binary, Random random)
    {
        PclnTable damaged;
        try
        {
            damaged = PclnTable.Open(table, functionData, binary.ModuleData.Text, binary.Version);
        }
        catch (MalformedFileException)
        {
            return false;
        }
        List<PclnFrame> frames = [];
        for (int i = 0; i < 200; i++)
        {
            ulong pc = damaged.TextStart + (ulong)random.NextInt64((long)(damaged.TextEnd - damaged.TextStart) + 1);
            try
            {
                if (!damaged.TryFindFunction(pc, out GoFunction function))
                    continue;
                frames.Clear();
                _ = damaged.TryStackDelta(function, pc, out _);
                _ = damaged.TryArgumentSlot(function, pc, i % 10, out _, out _, out _);
                damaged.Expand(function, pc, frames);
            }
            catch (MalformedFileException e)
            {
                Assert.NotEmpty(e.Section);
            }
        }
        try
        {
            _ = damaged.FindByName("main.main");
        }
        catch (MalformedFileException e)
        {
            Assert.NotEmpty(e.Section);
        }
        return true;
    }

    private static ReadOnlyMemory<byte> Beginning(byte[] whole, Random random) =>
        whole.AsMemory(0, random.Next(whole.Length));

    private static byte[] RestOf(GoBinary binary, ulong address) => GoBinary.RestFrom(binary.Elf, address).ToArray();
}
