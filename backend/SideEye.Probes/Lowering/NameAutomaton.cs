using SideEye.Spec.Model;

namespace SideEye.Probes.Lowering;

/// <summary>
/// Tells names of secrets from others byte by byte, for the probe: the deny list as one automaton over classes of
/// bytes. It finds secret whatever <see cref="RedactionRules"/> does, where names are ASCII; bytes of other letters
/// count as punctuation, so that it takes too many names for secrets' rather than too few.
/// </summary>
/// <remarks>Denied and allowed names with other letters than those of ASCII are not in it.</remarks>
internal sealed class NameAutomaton
{
    private const int LetterCount = 26;
    private const int Upper = LetterCount;
    private const int Digits = 2 * LetterCount;
    private const int NotAscii = 62;
    private const int Other = 63;
    private const int ClassCount = 64;
    private const int StatesPerWord = 4;
    private const int ClassesPerWord = 8;
    private const int WordOfStates = 16;

    // States have 16 bits; as many are some megabytes already.
    private const int StatesMax = 1 << 16;

    private readonly int[] next;
    private readonly int firstSecret;

    private NameAutomaton(int[] next, int firstSecret)
    {
        this.next = next;
        this.firstSecret = firstSecret;
    }

    /// <summary>The state from which on a name that ends is a secret's.</summary>
    public uint FirstSecret => (uint)firstSecret;

    /// <summary>The automaton of a spec's rules.</summary>
    /// <exception cref="CaptureTooLargeException">The names need more states than the probe can count.</exception>
    public static NameAutomaton Of(RedactionRules rules)
    {
        Graph parts = Parts([.. rules.DeniedNames.Where(IsAscii)]);
        Graph words = Explore(
            DeniedWordState.Start, static (state, one) => state.Next(one), static state => state.Ends);
        Graph allowed = Allowed([.. rules.AllowedNames.Where(IsAscii)]);
        Graph all = Explore(
            new Combined(false, 0, 0, 0),
            (state, one) => state.Next(one, parts, words, allowed),
            state => (state.IsDenied || parts.Accepts[state.Part] || words.Accepts[state.Word])
                && !allowed.Accepts[state.Allowed]);
        return Ordered(all);
    }

    /// <summary>True when a key with these bytes is a secret's name.</summary>
    public bool IsSecret(ReadOnlySpan<byte> name)
    {
        int state = 0;
        foreach (byte each in name)
            state = next[(state * ClassCount) + ClassOf(each)];
        return state >= firstSecret;
    }

    /// <summary>The table as the capture machine has it; see bpf/abi.table.</summary>
    public ulong[] Encode()
    {
        int classWords = (byte.MaxValue + 1) / ClassesPerWord;
        ulong[] words = new ulong[classWords + (next.Length / StatesPerWord)];
        for (int i = 0; i <= byte.MaxValue; i++)
            words[i / ClassesPerWord] |= (ulong)ClassOf((byte)i) << (i % ClassesPerWord * 8);
        for (int i = 0; i < next.Length; i++)
            words[classWords + (i / StatesPerWord)] |= (ulong)next[i] << (i % StatesPerWord * WordOfStates);
        return words;
    }

    private static bool IsAscii(string name) => name.All(char.IsAscii);

    private static int ClassOf(byte letter) => (char)letter switch
    {
        >= 'a' and <= 'z' => letter - 'a',
        >= 'A' and <= 'Z' => Upper + letter - 'A',
        >= '0' and <= '9' => Digits + letter - '0',
        >= (char)0x80 => NotAscii,
        _ => Other,
    };

    /// <summary>The letter or digit of a class in lower case; 0 for what is neither.</summary>
    private static char LetterOf(int one) => one switch
    {
        < Upper => (char)('a' + one),
        < Digits => (char)('a' + one - Upper),
        < NotAscii => (char)('0' + one - Digits),
        _ => '\0',
    };

    /// <summary>Finds denied parts: the state is as much of the end of the name as begins one.</summary>
    private static Graph Parts(string[] parts)
    {
        HashSet<string> beginnings = [.. parts.SelectMany(
            static part => Enumerable.Range(0, part.Length + 1).Select(length => part[..length])), ""];
        HashSet<string> whole = [.. parts];
        return Explore<string?>(
            "",
            (state, one) =>
            {
                if (state is null || LetterOf(one) is not (not '\0' and char letter))
                    return state;
                string text = state + letter;
                for (int i = 0; i < text.Length; i++)
                {
                    if (whole.Contains(text[i..]))
                        return null;
                }
                while (!beginnings.Contains(text))
                    text = text[1..];
                return text;
            },
            static state => state is null);
    }

    /// <summary>Follows names that are allowed as a whole; null is none of them.</summary>
    private static Graph Allowed(string[] names)
    {
        HashSet<string> beginnings = [.. names.SelectMany(
            static name => Enumerable.Range(0, name.Length + 1).Select(length => name[..length]))];
        HashSet<string> whole = [.. names];
        return Explore(
            names.Length > 0 ? "" : null,
            (state, one) => state is null || one == NotAscii ? null
                : LetterOf(one) is not (not '\0' and char letter) ? state
                : beginnings.Contains(state + letter) ? state + letter : null,
            state => state is not null && whole.Contains(state));
    }

    private static Graph Explore<T>(T start, Func<T, int, T> step, Func<T, bool> accepts)
    {
        // A tuple, because a state may be null.
        Dictionary<ValueTuple<T>, int> numbers = new() { [new(start)] = 0 };
        List<T> states = [start];
        List<int> next = [];
        for (int i = 0; i < states.Count; i++)
        {
            for (int one = 0; one < ClassCount; one++)
            {
                T to = step(states[i], one);
                if (!numbers.TryGetValue(new(to), out int number))
                {
                    if (states.Count >= StatesMax)
                        throw new CaptureTooLargeException("states of redacted names", StatesMax);
                    numbers.Add(new(to), number = states.Count);
                    states.Add(to);
                }
                next.Add(number);
            }
        }
        return new Graph([.. next], [.. states.Select(accepts)]);
    }

    /// <summary>Numbers states so that those in which a secret's name ends come last.</summary>
    private static NameAutomaton Ordered(Graph all)
    {
        int[] order = [.. Enumerable.Range(0, all.Accepts.Length).OrderBy(state => all.Accepts[state])];
        int[] numbers = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
            numbers[order[i]] = i;
        int[] next = new int[all.Next.Length];
        for (int i = 0; i < next.Length; i++)
            next[i] = numbers[all.Next[(order[i / ClassCount] * ClassCount) + (i % ClassCount)]];
        return new NameAutomaton(next, all.Accepts.Count(static accepts => !accepts));
    }

    private sealed record Graph(int[] Next, bool[] Accepts)
    {
        public int After(int state, int one) => Next[(state * ClassCount) + one];
    }

    /// <summary>What has been seen of the denied parts, the denied words and the allowed names.</summary>
    private readonly record struct Combined(bool IsDenied, int Part, int Word, int Allowed)
    {
        public Combined Next(int one, Graph parts, Graph words, Graph allowed)
        {
            int end = allowed.After(Allowed, one);
            if (IsDenied)
                return this with { Allowed = end };
            Combined after = new(false, parts.After(Part, one), words.After(Word, one), end);
            // What contains a denied part stays denied, whatever follows.
            return parts.Accepts[after.Part] ? new Combined(true, 0, 0, end) : after;
        }
    }

    /// <summary>
    /// The word of a name that is being read, as <see cref="RedactionRules"/> splits names: at punctuation and at
    /// capitals. Of two capitals the second begins a word when a small letter follows, so one is kept back.
    /// </summary>
    /// <param name="IsFound">True once a denied word has ended.</param>
    /// <param name="Text">As much of the word as begins a denied one; null when it begins none.</param>
    /// <param name="IsAfterUpper">True when the letter before is a capital.</param>
    /// <param name="Kept">A capital of which it is not known to which word it belongs; 0 for none.</param>
    private readonly record struct DeniedWordState(bool IsFound, string? Text, bool IsAfterUpper, char Kept)
    {
        public static DeniedWordState Start { get; } = new(false, "", false, '\0');

        public bool Ends => IsFound || IsWord(Kept == '\0' ? Text : Grow(Text, Kept));

        public DeniedWordState Next(int one)
        {
            if (IsFound)
                return this;
            string? text = Text;
            if (Kept != '\0')
            {
                bool begins = one < Upper;
                if (begins && IsWord(text))
                    return new(true, null, false, '\0');
                text = Grow(begins ? "" : text, Kept);
            }
            char letter = LetterOf(one);
            bool isUpper = one is >= Upper and < Digits;
            if (isUpper && IsAfterUpper)
                return new(false, text, true, letter);
            if (letter != '\0' && !isUpper)
                return new(false, Grow(text, letter), false, '\0');
            return IsWord(text)
                ? new(true, null, false, '\0')
                : new(false, isUpper ? Grow("", letter) : "", isUpper, '\0');
        }

        private static bool IsWord(string? text) =>
            text is { Length: > 0 } && RedactionRules.DeniedWords.Contains(text);

        private static string? Grow(string? text, char letter)
        {
            if (text is null)
                return null;
            string grown = text + letter;
            foreach (string word in RedactionRules.DeniedWords)
            {
                if (word.StartsWith(grown, StringComparison.Ordinal))
                    return grown;
            }
            return null;
        }
    }
}
