using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Keeping;

/// <summary>Reads what <see cref="KeptWriter"/> has written; every member throws <see cref="DamagedCaptureException"/>
/// when something else is there.</summary>
internal sealed class KeptReader
{
    private const int NumberBitsMax = 63;
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly ImmutableArray<string> texts;
    private readonly ulong[] origins;
    private readonly GoType?[] found;
    private readonly GoTypes types;
    private int position;

    /// <summary>A reader; nothing of what it is given is needed once all is read.</summary>
    /// <param name="bytes">As of <see cref="KeptWriter.Bytes"/>.</param>
    /// <param name="texts">As of <see cref="KeptWriter.Texts"/>.</param>
    /// <param name="origins">As of <see cref="KeptWriter.Types"/>.</param>
    /// <param name="types">The types of the program.</param>
    public KeptReader(
        ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> texts, ReadOnlyMemory<byte> origins, GoTypes types)
    {
        this.bytes = bytes;
        this.texts = TextsIn(texts.Span);
        this.origins = MemoryMarshal.Cast<byte, ulong>(origins.Span).ToArray();
        found = new GoType?[this.origins.Length];
        this.types = types;
    }

    /// <summary>True when all is read.</summary>
    public bool IsAtEnd => position == bytes.Length;

    /// <summary>A number.</summary>
    public ulong Number()
    {
        ulong value = 0;
        for (int shift = 0; shift <= NumberBitsMax; shift += 7)
        {
            byte next = position < bytes.Length ? bytes.Span[position++] : throw Ended();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
        throw new DamagedCaptureException("a number has no end");
    }

    /// <summary>A number that may be negative.</summary>
    public long Signed()
    {
        ulong value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number that an int holds, from 0 on.</summary>
    public int Small() => Number() is <= int.MaxValue and var value ? (int)value : throw TooLarge();

    /// <summary>A number that an int holds.</summary>
    public int SignedSmall() =>
        Signed() is >= int.MinValue and <= int.MaxValue and var value ? (int)value : throw TooLarge();

    /// <summary>Whether something is so.</summary>
    public bool Flag() => Number() != 0;

    /// <summary>A text, or null.</summary>
    public string? TextOrNull() => Number() is > 0 and var number ? TextOf(number - 1) : null;

    /// <summary>A text.</summary>
    public string Text() => TextOrNull() ?? throw new DamagedCaptureException("a text is missing");

    /// <summary>A type.</summary>
    public GoType Type() => TypeOf(Number());

    /// <summary>A list. Each of what it has takes at least one byte, so that it is no longer than the file.</summary>
    public ImmutableArray<T> List<T>(Func<T> read)
    {
        ulong count = Number();
        if (count > (ulong)(bytes.Length - position))
            throw Ended();
        ImmutableArray<T>.Builder all = ImmutableArray.CreateBuilder<T>();
        for (ulong i = 0; i < count; i++)
            all.Add(read());
        return all.DrainToImmutable();
    }

    /// <summary>The text of a number.</summary>
    public string TextOf(ulong number) => number < (ulong)texts.Length ? texts[(int)number] : throw TooLarge();

    /// <summary>The type of a number, looked up when first asked for.</summary>
    public GoType TypeOf(ulong number) => number < (ulong)origins.Length
        ? found[number] ??= TypeOrigin.Find(origins[number], types, TextOf, TypeOf)
        : throw TooLarge();

    private static ImmutableArray<string> TextsIn(ReadOnlySpan<byte> all)
    {
        ImmutableArray<string>.Builder texts = ImmutableArray.CreateBuilder<string>();
        while (!all.IsEmpty)
        {
            if (all.Length < sizeof(int))
                throw Ended();
            int length = BinaryPrimitives.ReadInt32LittleEndian(all);
            all = all[sizeof(int)..];
            if ((uint)length > (uint)all.Length)
                throw Ended();
            texts.Add(Encoding.UTF8.GetString(all[..length]));
            all = all[length..];
        }
        return texts.ToImmutable();
    }

    private static DamagedCaptureException Ended() => new("it ends too early");

    private static DamagedCaptureException TooLarge() => new("a number is too large");
}
