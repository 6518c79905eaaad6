using System.Text;
using SideEye.Elf;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// The dictionaries of generic functions and types, by symbols: <c>main..dict.F[int]</c> (cmd/compile/internal/noder,
/// objabi.GlobalDictPrefix). Up to Go 1.19 methods have their own, <c>main..dict.(*T[int]).M</c>, later those of one
/// type share its: <c>main..dict.T[int]</c>.
/// </summary>
internal sealed class GenericDictionaries
{
    private const int DictionariesMax = 1_000_000;

    private readonly Dictionary<string, List<DictionarySymbol>> byName = new(StringComparer.Ordinal);

    public GenericDictionaries(ElfFile symbols)
    {
        int count = 0;
        foreach (ElfSymbol symbol in symbols.Symbols)
        {
            int mark = symbol.Utf8Name.IndexOf(Mark);
            if (mark < 0 || !symbol.IsDefined || ++count > DictionariesMax)
                continue;
            string name = Encoding.UTF8.GetString(symbol.Utf8Name[..(mark + 1)])
                + Encoding.UTF8.GetString(symbol.Utf8Name[(mark + Mark.Length)..]);
            string elided = GenericName.Elided(name);
            if (!byName.TryGetValue(elided, out List<DictionarySymbol>? all))
                byName.Add(elided, all = []);
            all.Add(new DictionarySymbol(name, symbol.Value, symbol.Size));
        }
    }

    private static ReadOnlySpan<byte> Mark => "..dict."u8;

    /// <summary>Those of a name with its type arguments as <c>[...]</c>.</summary>
    public IReadOnlyList<DictionarySymbol> Of(string elidedName) => byName.GetValueOrDefault(elidedName) ?? [];
}

/// <summary>A dictionary: words of which each is a type, a dictionary or a function.</summary>
internal readonly record struct DictionarySymbol(string Name, ulong Address, ulong Bytes);
