using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace SideEye.ControlPlane.Serving;

/// <summary>What is wrong with a request that the framework refused, in words for its sender: the framework's own are
/// for the programmer of the endpoint.</summary>
internal static partial class RequestProblem
{
    private const string BehindPath = " Path: ";

    /// <summary>The words.</summary>
    public static string Of(BadHttpRequestException refused)
    {
        if (refused.StatusCode == StatusCodes.Status415UnsupportedMediaType)
            return "send the document with Content-Type: application/json";
        if (refused.InnerException is JsonException json)
            return $"the document cannot be read: {Of(json)}";
        if (NoDocument().IsMatch(refused.Message))
            return "the request has no document: send one as JSON";
        return Parameter().Match(refused.Message) is { Success: true } match
            ? $"'{match.Groups["value"].Value}' cannot be the value of {match.Groups["name"].Value}"
            : refused.Message;
    }

    private static string Of(JsonException json)
    {
        if (UnknownKey().Match(json.Message) is { Success: true } unknown)
            return $"there is no key '{unknown.Groups["name"].Value}' in it";
        string place = json.Path is null or "$" ? "it" : json.Path;
        if (json.Message.StartsWith("The JSON value could not be converted to ", StringComparison.Ordinal))
            return $"{place} is of another kind than it should be";
        int path = json.Message.IndexOf(BehindPath, StringComparison.Ordinal);
        string message = path < 0 ? json.Message : json.Message[..path];
        return $"{message.TrimEnd('.')} (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1})";
    }

    [GeneratedRegex("^(Implicit body inferred for parameter|Required parameter .* was not provided from body)")]
    private static partial Regex NoDocument();

    [GeneratedRegex("^Failed to bind parameter \"\\S+ (?<name>\\w+)\" from \"(?<value>.*)\"\\.$",
        RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex Parameter();

    [GeneratedRegex("^The JSON property '(?<name>.*)' could not be mapped ",
        RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex UnknownKey();
}
