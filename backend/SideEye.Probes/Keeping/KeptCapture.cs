using System.Runtime.InteropServices;
using SideEye.Elf;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Binding;
using SideEye.Probes.Lowering;
using SideEye.Spec.Model;
using SideEye.Target;

namespace SideEye.Probes.Keeping;

/// <summary>
/// Compiled captures as parts of a file, so that a later run compiles nothing. Types are kept as the places of their
/// entries in the debug information, and read from there when a value needs them.
/// </summary>
public static class KeptCapture
{
    private const string KeyPart = "key";
    private const string PlanPart = "plan";
    private const string TextsPart = "texts";
    private const string TypesPart = "types";
    private const string NamesPart = "names";

    /// <summary>A capture, to be kept; null when something of it cannot be.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="spec">The spec that it was compiled of.</param>
    /// <param name="key">What it depends on.</param>
    public static IReadOnlyList<KeptPart>? TryWrite(CompiledCapture capture, CaptureSpec spec, CaptureKey key)
    {
        ArgumentNullException.ThrowIfNull(capture);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(key);
        try
        {
            CaptureProgram program = capture.Program;
            KeptWriter to = new();
            to.Number(program.TextStart);
            to.Number(program.TextBytes);
            to.Number(program.BytesMax);
            to.Number(program.FrameBytesMax);
            to.Number(program.Tables.FirstSecret);
            PlanWriter.Write(capture.Bound, new SpecPlaces(spec), to);
            ReadOnlyMemory<byte> names = Names(program.Names, to);
            return
            [
                new KeptPart(KeyPart, key.Identity, key.Text), .. ProgramParts.Of(program.Tables, key.Identity),
                new KeptPart(PlanPart, key.Identity, to.Bytes), new KeptPart(TextsPart, key.Identity, to.Texts),
                new KeptPart(TypesPart, key.Identity, to.Types), new KeptPart(NamesPart, key.Identity, names),
            ];
        }
        catch (CannotKeepException)
        {
            return null;
        }
    }

    /// <summary>The capture that was kept; null when it is damaged or of another key.</summary>
    /// <param name="parts">The parts; not used any more afterwards.</param>
    /// <param name="key">What it depends on.</param>
    /// <param name="spec">The spec that the key is of.</param>
    /// <param name="binary">The program that the key is of.</param>
    public static CompiledCapture? TryRead(KeptParts parts, CaptureKey key, CaptureSpec spec, GoBinary binary)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(binary);
        try
        {
            return Read(parts, key, spec, GoTypes.Open(binary.DebugInformation.Dwarf!, binary));
        }
        catch (Exception e) when (e is DamagedCaptureException or MalformedFileException)
        {
            return null;
        }
    }

    /// <summary>The bytes of a part.</summary>
    /// <exception cref="DamagedCaptureException">They are damaged, or not there.</exception>
    internal static ReadOnlyMemory<byte> Part(KeptParts parts, string name, ulong identity) =>
        parts.TryGet(name, identity, out ReadOnlyMemory<byte> bytes)
            ? bytes : throw new DamagedCaptureException($"there are no {name}");

    private static CompiledCapture Read(KeptParts parts, CaptureKey key, CaptureSpec spec, GoTypes types)
    {
        ReadOnlyMemory<byte> Bytes(string name) => Part(parts, name, key.Identity);
        if (!Bytes(KeyPart).Span.SequenceEqual(key.Text.Span))
            throw new DamagedCaptureException("it is another capture");
        KeptReader from = new(Bytes(PlanPart), Bytes(TextsPart), Bytes(TypesPart), types);
        ulong textStart = from.Number();
        ulong textBytes = from.Number();
        ulong bytesMax = from.Number();
        uint frameBytesMax = (uint)from.Small();
        uint firstSecret = (uint)from.Small();
        BoundSpec bound = PlanReader.Read(from, spec);
        if (!from.IsAtEnd)
            throw new DamagedCaptureException("it ends too late");
        ProgramTables tables = ProgramParts.Read(parts, key.Identity, firstSecret);
        uint[] names = MemoryMarshal.Cast<byte, uint>(Bytes(NamesPart).Span).ToArray();
        if (names.Length < (tables.Routines.Length * 2) + tables.Types.Length + tables.Constants.Length)
            throw new DamagedCaptureException("there are too few names");
        CaptureProgram program = new(tables, () => Names(names, tables, from))
        {
            TextStart = textStart, TextBytes = textBytes, BytesMax = bytesMax, FrameBytesMax = frameBytesMax,
        };
        return new CompiledCapture(bound, program, types);
    }

    /// <summary>Names as numbers: of each routine type (one more, 0 for none) and text, then those of types, of
    /// constants, of assertions.</summary>
    private static ReadOnlyMemory<byte> Names(ProgramNames names, KeptWriter to)
    {
        uint[] numbers =
        [
            .. names.Routines.SelectMany(
                name => new[] { name.Type is { } type ? to.NumberOf(type) + 1 : 0, to.NumberOf(name.Rest) }),
            .. names.Types.Select(to.NumberOf), .. names.Constants.Select(to.NumberOf),
            .. names.Assertions.Select(to.NumberOf),
        ];
        return MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();
    }

    private static ProgramNames Names(uint[] numbers, ProgramTables tables, KeptReader from)
    {
        int types = tables.Routines.Length * 2;
        int constants = types + tables.Types.Length;
        int assertions = constants + tables.Constants.Length;
        return new ProgramNames(
            [
                .. Enumerable.Range(0, tables.Routines.Length).Select(i => new RoutineName(
                    numbers[2 * i] == 0 ? null : from.TypeOf(numbers[2 * i] - 1), from.TextOf(numbers[(2 * i) + 1]))),
            ],
            [.. numbers[types..constants].Select(number => from.TypeOf(number))],
            [.. numbers[assertions..].Select(number => from.TypeOf(number))],
            [.. numbers[constants..assertions].Select(number => from.TextOf(number))]);
    }
}
