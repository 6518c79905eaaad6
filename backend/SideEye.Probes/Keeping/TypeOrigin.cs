using System.Globalization;
using SideEye.Dwarf;
using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Keeping;

/// <summary>Where a type comes from, in one word: the two bits at its top say of what kind the rest is.</summary>
internal static class TypeOrigin
{
    private const int KindShift = 62;
    private const ulong Entry = 0;
    private const ulong Runtime = 1;
    private const ulong Text = 2;
    private const ulong Rest = (1UL << KindShift) - 1;
    private const int Words = 5;

    /// <summary>Of a type that DWARF describes.</summary>
    public static ulong OfEntry(ulong offset) => Of(Entry, offset);

    /// <summary>Of a type that only the runtime describes.</summary>
    public static ulong OfRuntimeType(ulong offset) => Of(Runtime, offset);

    /// <summary>Of a type that was put together: the number of the text that says of what.</summary>
    public static ulong OfText(uint text) => Of(Text, text);

    /// <summary>The type.</summary>
    /// <param name="origin">Its origin.</param>
    /// <param name="types">The types of the program.</param>
    /// <param name="texts">Texts by their numbers.</param>
    /// <param name="parts">Types by their numbers.</param>
    /// <exception cref="DamagedCaptureException">There is none.</exception>
    /// <exception cref="Target.MalformedFileException">The debug information is broken.</exception>
    public static GoType Find(ulong origin, GoTypes types, Func<ulong, string> texts, Func<ulong, GoType> parts)
    {
        ulong rest = origin & Rest;
        return (origin >> KindShift) switch
        {
            Entry => types.At(new DebugInfoOffset(rest)),
            Runtime => types.AsTheRuntimeDescribes(rest) ?? throw Unknown(),
            Text => PutTogether(texts(rest), parts),
            _ => throw Unknown(),
        };
    }

    private static ulong Of(ulong kind, ulong rest) =>
        rest <= Rest ? (kind << KindShift) | rest : throw new CannotKeepException("a type");

    private static GoType PutTogether(string text, Func<ulong, GoType> parts)
    {
        string[] words = text.Split(' ', Words);
        if (words.Length < Words || !int.TryParse(words[0], CultureInfo.InvariantCulture, out int kind)
            || kind is < 0 or > (int)GoKind.UnsafePointer
            || !long.TryParse(words[1], CultureInfo.InvariantCulture, out long size)
            || !long.TryParse(words[2], CultureInfo.InvariantCulture, out long length))
        {
            throw Unknown();
        }
        ulong? element = words[3].Length == 0 ? null
            : ulong.TryParse(words[3], CultureInfo.InvariantCulture, out ulong number) ? number : throw Unknown();
        return new GoType(
            words[4], (GoKind)kind, size, () => new GoTypeParts(element is { } part ? parts(part) : null))
        {
            Length = length,
        };
    }

    private static DamagedCaptureException Unknown() => new("there is no such type");
}
