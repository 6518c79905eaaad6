using System.Collections.Immutable;
using SideEye.Cli.Output;
using SideEye.GoRuntime.Functions;

namespace SideEye.Cli.Commands;

/// <summary>The error for a name that no function has.</summary>
internal static class UnknownFunction
{
    private const int SuggestionsMax = 3;

    public static CommandFailedException Of(GoFunctions functions, string name, string problem)
    {
        // A part of a name is more often what was meant than a whole one with a slip.
        ImmutableArray<string> near = functions.Search(name[(name.LastIndexOf('.') + 1)..], SuggestionsMax);
        ImmutableArray<string> alike = functions.Nearest(name, SuggestionsMax);
        string[] suggestions = [.. alike.Concat(name.Contains('.', StringComparison.Ordinal) ? near : [])
            .Distinct().Take(SuggestionsMax)];
        string hint = suggestions.Length == 0
            ? "see sideeye functions"
            : $"did you mean {string.Join(" or ", suggestions)}?";
        return new CommandFailedException(PlainText.Clean($"{problem} {name}; {hint}"));
    }
}
