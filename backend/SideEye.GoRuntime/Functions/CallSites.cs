using System.Buffers.Binary;
using System.Collections.Immutable;
using Iced.Intel;
using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>A call in a body: while it runs, the body is an outer frame.</summary>
/// <param name="ReturnPc">Link-time address behind the call.</param>
/// <param name="File">File of the call, <c>?</c> when unknown.</param>
/// <param name="Line">Line of the call; 0 when unknown.</param>
/// <param name="Callee">Name of the function; null when it is called by pointer.</param>
public sealed record CallSite(ulong ReturnPc, string File, int Line, string? Callee);

/// <summary>Finds the calls in the code of a body.</summary>
public static class CallSites
{
    private const int CodeBytesMax = 64 << 20;

    /// <summary>All calls in the order of their addresses, those of code inlined into the body included.</summary>
    /// <exception cref="MalformedFileException">The function table is broken.</exception>
    public static ImmutableArray<CallSite> Of(GoBinary binary, FunctionBody body)
    {
        ArgumentNullException.ThrowIfNull(binary);
        ArgumentNullException.ThrowIfNull(body);
        ImmutableArray<CallSite>.Builder sites = ImmutableArray.CreateBuilder<CallSite>();
        foreach (PcSpan span in body.Code)
        {
            ulong length = span.High - span.Low;
            if (length > CodeBytesMax
                || !binary.Elf.TryBytesAt(span.Low, (int)length, out ReadOnlyMemory<byte> code))
            {
                continue;
            }

            if (binary.Architecture == Architecture.Amd64)
                AddAmd64(binary, span.Low, code.ToArray(), sites);
            else
                AddArm64(binary, span.Low, code.Span, sites);
        }

        return sites.ToImmutable();
    }

    private static void AddAmd64(
        GoBinary binary, ulong address, byte[] code, ImmutableArray<CallSite>.Builder sites)
    {
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(code), address);
        ulong end = address + (ulong)code.Length;
        while (decoder.IP < end)
        {
            decoder.Decode(out Instruction instruction);
            if (instruction.FlowControl == FlowControl.Call)
                sites.Add(Site(binary, decoder.IP, instruction.NearBranchTarget));
            else if (instruction.FlowControl == FlowControl.IndirectCall)
                sites.Add(Site(binary, decoder.IP, 0));
        }
    }

    // Arm ARM C6.2: BL has its distance in words in the lowest 26 bits; BLR names a register.
    private static void AddArm64(
        GoBinary binary, ulong address, ReadOnlySpan<byte> code, ImmutableArray<CallSite>.Builder sites)
    {
        for (int at = 0; at + 4 <= code.Length; at += 4)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(code[at..]);
            ulong pc = address + (ulong)at;
            if ((word & 0xfc00_0000) == 0x9400_0000)
                sites.Add(Site(binary, pc + 4, unchecked(pc + (ulong)((long)((int)(word << 6) >> 6) * 4))));
            else if ((word & 0xffff_fc1f) == 0xd63f_0000)
                sites.Add(Site(binary, pc + 4, 0));
        }
    }

    private static CallSite Site(GoBinary binary, ulong returnPc, ulong target)
    {
        string file = "?";
        int line = 0;
        if (binary.Pcln.TryFindFunction(returnPc - 1, out GoFunction caller))
            binary.Pcln.TryFileAndLine(caller, returnPc - 1, out file, out line);
        string? callee = target != 0 && binary.Pcln.TryFindFunction(target, out GoFunction called)
            ? binary.Pcln.Name(called)
            : null;
        return new CallSite(returnPc, file, line, callee);
    }
}
