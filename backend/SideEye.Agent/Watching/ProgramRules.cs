using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Grpc.Core;
using SideEye.Agent.Options;
using SideEye.Host;
using ProgramRule = SideEye.Protocol.Agent.ProgramRule;

namespace SideEye.Agent.Watching;

/// <summary>
/// Which program a process is: the first rule all of whose regular expressions match. They take linear time whatever
/// the pattern, because anybody who may capture can send them.
/// </summary>
public sealed class ProgramRules
{
    private readonly ImmutableArray<Rule> rules;

    private ProgramRules(ImmutableArray<Rule> rules) => this.rules = rules;

    /// <summary>Compiles rules.</summary>
    /// <exception cref="RpcException">InvalidArgument: one is malformed, or there are too many.</exception>
    public static ProgramRules Compile(IReadOnlyList<ProgramRule> rules, AgentLimits limits)
    {
        if (rules.Count > limits.RulesMax)
            throw Invalid($"{rules.Count} rules for programs; at most {limits.RulesMax} are taken");
        return new ProgramRules([.. rules.Select(rule => Rule.Compile(rule, limits))]);
    }

    /// <summary>The first rule that matches; null when none does.</summary>
    public MatchedProgram? Match(DiscoveredProcess process, IReadOnlyDictionary<string, string> labels)
    {
        foreach (Rule rule in rules)
        {
            if (rule.Matches(process, labels))
                return new MatchedProgram(rule.Name, rule.Environment);
        }
        return null;
    }

    private static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, message));

    private sealed record Rule(
        string Name, string? Environment, Regex? Executable, Regex? CommandLine, Regex? Container,
        ImmutableArray<KeyValuePair<string, Regex>> Variables, ImmutableArray<KeyValuePair<string, Regex>> Labels)
    {
        public static Rule Compile(ProgramRule rule, AgentLimits limits)
        {
            if (rule.Name.Length == 0 || rule.Name.Length > limits.PatternCharactersMax)
                throw Invalid($"a rule for a program needs a name of 1 to {limits.PatternCharactersMax} characters");
            if (rule.Env.Count + rule.Labels.Count > limits.PatternsMax)
                throw Invalid($"program '{rule.Name}': at most {limits.PatternsMax} regular expressions are taken");
            return new Rule(
                rule.Name, rule.Environment.Length == 0 ? null : rule.Environment,
                Pattern(rule, "executable", rule.Executable, limits),
                Pattern(rule, "command_line", rule.CommandLine, limits),
                Pattern(rule, "container", rule.Container, limits),
                Patterns(rule, "env", rule.Env, limits), Patterns(rule, "labels", rule.Labels, limits));
        }

        public bool Matches(DiscoveredProcess process, IReadOnlyDictionary<string, string> labels)
        {
            try
            {
                return IsMatch(Executable, process.Executable)
                    && (CommandLine is null || IsMatch(CommandLine, string.Join(' ', process.Arguments)))
                    && IsMatch(Container, process.Container.ContainerId)
                    && Variables.All(one => IsMatch(one.Value, process.Variable(one.Key)))
                    && Labels.All(one => IsMatch(one.Value, labels.GetValueOrDefault(one.Key)));
            }
            catch (RegexMatchTimeoutException)
            {
                return false; // 64 KiB of environment against a large pattern on a starved host
            }
        }

        private static bool IsMatch(Regex? pattern, string? text) =>
            pattern is null || (text is not null && pattern.IsMatch(text));

        private static ImmutableArray<KeyValuePair<string, Regex>> Patterns(
            ProgramRule rule, string what, IEnumerable<KeyValuePair<string, string>> patterns, AgentLimits limits) =>
        [
            .. patterns.Select(one => KeyValuePair.Create(
                one.Key, Pattern(rule, $"{what} {one.Key}", one.Value, limits) ?? AnyText)),
        ];

        private static Regex AnyText { get; } = new("", RegexOptions.NonBacktracking);

        private static Regex? Pattern(ProgramRule rule, string what, string pattern, AgentLimits limits)
        {
            if (pattern.Length == 0)
                return null;
            if (pattern.Length > limits.PatternCharactersMax)
            {
                throw Invalid($"program '{rule.Name}', {what}: a regular expression of {pattern.Length} characters; "
                    + $"at most {limits.PatternCharactersMax} are taken");
            }
            try
            {
                return new Regex(
                    pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, limits.MatchTimeMax);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                throw Invalid($"program '{rule.Name}', {what}: '{pattern}' cannot be used: {e.Message}");
            }
        }
    }
}

/// <summary>What a rule says of a process.</summary>
/// <param name="Program">The program.</param>
/// <param name="Environment">The environment; null when the rule has none.</param>
public sealed record MatchedProgram(string Program, string? Environment);
