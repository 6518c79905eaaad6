using System.Buffers.Binary;
using System.Text;
using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Keeping;

/// <summary>
/// Writes numbers, texts and types one after another: numbers with seven bits a byte, texts and types as numbers in
/// tables of their own.
/// </summary>
internal sealed class KeptWriter
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, uint> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<GoType, uint> types = new(ReferenceEqualityComparer.Instance);
    private readonly List<byte> textBytes = [];
    private readonly List<byte> typeBytes = [];
    private readonly List<byte> bytes = [];

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes.ToArray();

    /// <summary>The texts that numbers stand for.</summary>
    public ReadOnlyMemory<byte> Texts => textBytes.ToArray();

    /// <summary>The types that numbers stand for, eight bytes each; see <see cref="TypeOrigin"/>.</summary>
    public ReadOnlyMemory<byte> Types => typeBytes.ToArray();

    /// <summary>Writes a number.</summary>
    public void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }

    /// <summary>Writes a number that may be negative.</summary>
    public void Signed(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Writes whether something is so.</summary>
    public void Flag(bool value) => Number(value ? 1u : 0);

    /// <summary>Writes a text; null is another than an empty one.</summary>
    public void Text(string? text) => Number(text is null ? 0 : NumberOf(text) + 1UL);

    /// <summary>Writes a type.</summary>
    public void Type(GoType type) => Number(NumberOf(type));

    /// <summary>Writes a list: how many, then each.</summary>
    public void List<T>(IReadOnlyCollection<T> all, Action<T> write)
    {
        Number((ulong)all.Count);
        foreach (T each in all)
            write(each);
    }

    /// <summary>The number of a text.</summary>
    public uint NumberOf(string text)
    {
        if (texts.TryGetValue(text, out uint number))
            return number;
        byte[] utf8 = Utf8Of(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        textBytes.AddRange(length);
        textBytes.AddRange(utf8);
        texts.Add(text, number = (uint)texts.Count);
        return number;
    }

    /// <summary>The number of a type.</summary>
    public uint NumberOf(GoType type)
    {
        if (types.TryGetValue(type, out uint number))
            return number;
        ulong origin = type switch
        {
            { Entry: { } entry } => TypeOrigin.OfEntry(entry),
            { RuntimeType: { } offset } => TypeOrigin.OfRuntimeType(offset),
            _ => TypeOrigin.OfText(NumberOf(PutTogether(type))),
        };
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(word, origin);
        typeBytes.AddRange(word);
        types.Add(type, number = (uint)types.Count);
        return number;
    }

    /// <summary>A type that is described nowhere, in words; it has one part at most.</summary>
    private string PutTogether(GoType type)
    {
        if (!type.Fields.IsDefaultOrEmpty || type.Key is not null || type.Layout is not null || type.IsEmptyInterface)
            throw new CannotKeepException(type.Name);
        string element = type.Element is { } part ? $"{NumberOf(part)}" : "";
        return $"{(int)type.Kind} {type.Size} {type.Length} {element} {type.Name}";
    }

    private static byte[] Utf8Of(string text)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw new CannotKeepException("a text with half a character");
        }
    }
}
