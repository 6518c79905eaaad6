using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SideEye.GoRuntime;

/// <summary>
/// A Go toolchain version as <c>runtime.Version()</c> writes it: <c>go1.27.3</c>, <c>go1.25rc1</c>,
/// <c>devel go1.28-1a2b3c4 Mon Jan 2 …</c>, with experiments after <c>X:</c>. Ordered by major, minor and patch:
/// everything in this assembly that depends on the version depends on <see cref="Minor"/> alone.
/// </summary>
/// <param name="Major">1 for every Go there is.</param>
/// <param name="Minor">27 of go1.27.3.</param>
/// <param name="Patch">3 of go1.27.3; 0 when not written.</param>
/// <param name="Text">The version as the binary has it.</param>
public sealed record GoVersion(int Major, int Minor, int Patch, string Text) : IComparable<GoVersion>
{
    private const string ExperimentsMark = "X:";

    /// <summary>True for a toolchain built from an untagged commit.</summary>
    public bool IsDevelopment => Text.StartsWith("devel", StringComparison.Ordinal);

    /// <summary>The GOEXPERIMENT values that differ from the default, such as <c>noswissmap</c>.</summary>
    public IReadOnlyList<string> Experiments
    {
        get
        {
            int mark = Text.IndexOf(ExperimentsMark, StringComparison.Ordinal);
            if (mark < 0)
                return [];
            string list = Text[(mark + ExperimentsMark.Length)..];
            int end = list.IndexOf(' ', StringComparison.Ordinal);
            return (end < 0 ? list : list[..end]).Split(',', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>Parses what runtime.Version returns; false when no <c>goMAJOR.MINOR</c> is in it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GoVersion? version)
    {
        ArgumentNullException.ThrowIfNull(text);
        version = null;
        foreach (Range range in text.AsSpan().Split(' '))
        {
            ReadOnlySpan<char> word = text.AsSpan()[range];
            if (!word.StartsWith("go", StringComparison.Ordinal))
                continue;
            word = word[2..];
            if (!TakeNumber(ref word, out int major) || !word.StartsWith("."))
                continue;
            word = word[1..];
            if (!TakeNumber(ref word, out int minor))
                continue;
            int patch = 0;
            if (word.StartsWith("."))
            {
                word = word[1..];
                _ = TakeNumber(ref word, out patch);
            }
            version = new GoVersion(major, minor, patch, text);
            return true;
        }
        return false;
    }

    /// <summary>True when this is Go 1.<paramref name="minor"/> or newer.</summary>
    public bool IsAtLeast(int minor) => Major > 1 || (Major == 1 && Minor >= minor);

    /// <inheritdoc/>
    public int CompareTo(GoVersion? other) => other is null
        ? 1
        : (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <summary>Orders by version number.</summary>
    public static bool operator <(GoVersion left, GoVersion right) => Compare(left, right) < 0;

    /// <summary>Orders by version number.</summary>
    public static bool operator >(GoVersion left, GoVersion right) => Compare(left, right) > 0;

    /// <summary>Orders by version number.</summary>
    public static bool operator <=(GoVersion left, GoVersion right) => Compare(left, right) <= 0;

    /// <summary>Orders by version number.</summary>
    public static bool operator >=(GoVersion left, GoVersion right) => Compare(left, right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static int Compare(GoVersion left, GoVersion right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.CompareTo(right);
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> text, out int number)
    {
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        bool parsed = int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out number);
        text = text[digits..];
        return parsed;
    }
}
