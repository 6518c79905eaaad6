using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.Agent;
using SideEye.Spec;
using SpecProblem = SideEye.Spec.Reading.SpecProblem;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>The spec: its documents, their versions, what is wrong with a text before it is put in force.</summary>
internal sealed class SpecEndpoints(ControlPlaneParts parts, ApiLimits limits)
{
    /// <summary>Adds the endpoints.</summary>
    public void Map(RouteGroupBuilder api)
    {
        RouteGroupBuilder spec = api.MapGroup("").WithTags("Spec");
        spec.MapGet("/spec", Merged).Needs(Role.Viewer)
            .WithSummary("The spec in force: what its documents and the built-in packs come to together.");
        spec.MapGet("/spec/schema", () => Results.Text(SpecSchema.Text, "application/schema+json"))
            .Needs(Role.Viewer).WithSummary("The JSON Schema of documents, for editors.");
        spec.MapGet("/specs", () => parts.Specs.Documents).Needs(Role.Viewer)
            .WithSummary("The documents in force.");
        spec.MapGet("/specs/{name}", Find).Needs(Role.Viewer)
            .WithSummary("A document; version asks for an older one.");
        spec.MapGet("/specs/{name}/versions", Versions).Needs(Role.Viewer)
            .WithSummary("Every version of a document, newest first.");
        spec.MapPost("/specs/{name}/check", CheckAsync).Needs(Role.Viewer)
            .WithSummary("All that would be wrong if a document read so; with a program, also against its binary.");
        spec.MapPut("/specs/{name}", Put).Needs(Role.Admin)
            .WithSummary("Puts a document in force as its next version.");
        spec.MapDelete("/specs/{name}", Remove).Needs(Role.Admin)
            .WithSummary("Takes a document out of force; its versions stay.");
    }

    private SpecAnswer Merged()
    {
        SpecInForce now = parts.Specs.Current;
        return new SpecAnswer(
            now.Merged.Hash, now.WithPacks, [.. now.Documents.Select(static one => one.Name)],
            [.. now.Merged.Programs.Select(static one => one.Name)],
            [.. now.Merged.Functions.Select(static one => new SpecFunctionAnswer(
                one.Function, one.Table ?? "", [.. one.Captures.Select(static capture => capture.Column)]))],
            [.. now.Merged.Tables.Select(static one => new SpecTableAnswer(one.Name, one.Description))]);
    }

    private SpecVersion Find(string name, int? version)
    {
        IReadOnlyList<SpecVersion> versions = parts.Specs.Versions(name);
        SpecVersion? found = version is null
            ? parts.Specs.Documents.FirstOrDefault(one => one.Name == name)
            : versions.FirstOrDefault(one => one.Version == version);
        return found ?? throw ApiException.NotFound(versions.Count == 0
            ? $"there is no document {ApiRoutes.Name("the name", name, limits)}"
            : $"{name} has {versions.Count} versions, and this is none of them or it was removed");
    }

    private IReadOnlyList<SpecVersion> Versions(string name)
    {
        IReadOnlyList<SpecVersion> versions = parts.Specs.Versions(name);
        return versions.Count > 0 ? versions : throw ApiException.NotFound(
            $"there is no document {ApiRoutes.Name("the name", name, limits)}");
    }

    private SpecVersion Put(string name, SpecDocumentText document, HttpContext context)
    {
        Person person = Person.Of(context);
        SpecVersion version = parts.Specs.Put(
            name, document.Yaml ?? throw ApiException.BadRequest("yaml is missing"), person.Name,
            document.Comment ?? "", document.Replaces);
        parts.Note(person, "spec.put", $"{version.Name} version {version.Version}");
        return version;
    }

    private NoContent Remove(string name, HttpContext context)
    {
        Person person = Person.Of(context);
        if (!parts.Specs.Remove(name, person.Name))
            throw ApiException.NotFound($"there is no document {ApiRoutes.Name("the name", name, limits)} in force");
        parts.Note(person, "spec.remove", name);
        return TypedResults.NoContent();
    }

    private async Task<CheckAnswer> CheckAsync(
        string name, SpecDocumentText document, string? program, CancellationToken stop)
    {
        string yaml = document.Yaml ?? throw ApiException.BadRequest("yaml is missing");
        ImmutableArray<SpecProblem> problems = parts.Specs.Check(name, yaml);
        List<ProblemAnswer> all = [.. problems.Select(ProblemAnswer.Of)];
        if (problems.IsEmpty && !string.IsNullOrEmpty(program))
            all.AddRange(await AgainstAsync(program, name, yaml, stop).ConfigureAwait(false));
        return new CheckAnswer(!all.Exists(static one => one.Severity == "error"), all);
    }

    private async Task<IEnumerable<ProblemAnswer>> AgainstAsync(
        string program, string name, string yaml, CancellationToken stop)
    {
        FleetProcess of = parts.Fleet.Processes.FirstOrDefault(
            one => one.Process.Program == program && one.Process.Problem.Length == 0)
            ?? throw ApiException.NotFound($"no process that can be captured is of program {program}");
        CheckQuestion question = new();
        question.Spec.AddRange(parts.Specs.Current.Documents.Where(one => one.Name != name)
            .Select(static one => new SpecDocument { Name = one.Name, Yaml = one.Yaml }));
        question.Spec.Add(new SpecDocument { Name = name, Yaml = yaml });
        DescribeResponse answer = await parts.Fleet.DescribeAsync(
            of.Agent, new DescribeRequest { ProcessKey = of.Process.Key, Check = question }, stop)
            .ConfigureAwait(false);
        return answer.Problems.Select(static one => new ProblemAnswer(
            one.File, one.Line, one.Column, one.Severity, one.Message));
    }
}

/// <summary>A document as it is sent.</summary>
/// <param name="Yaml">Its text.</param>
/// <param name="Comment">Why it changes; may be left out.</param>
/// <param name="Replaces">The version that the author saw: somebody who was faster is then not overwritten.</param>
public sealed record SpecDocumentText(string? Yaml, string? Comment, int? Replaces);

/// <summary>The spec in force.</summary>
/// <param name="Hash">Of all that it means.</param>
/// <param name="WithPacks">Whether the built-in packs are below the documents.</param>
/// <param name="Documents">Names of its documents.</param>
/// <param name="Programs">Programs that it has rules for.</param>
/// <param name="Functions">Functions that are captured where a binary has them.</param>
/// <param name="Tables">Derived tables.</param>
public sealed record SpecAnswer(
    string Hash, bool WithPacks, IReadOnlyList<string> Documents, IReadOnlyList<string> Programs,
    IReadOnlyList<SpecFunctionAnswer> Functions, IReadOnlyList<SpecTableAnswer> Tables);

/// <summary>A captured function.</summary>
/// <param name="Function">Its name.</param>
/// <param name="Table">Its table.</param>
/// <param name="Columns">Its captured columns.</param>
public sealed record SpecFunctionAnswer(string Function, string Table, IReadOnlyList<string> Columns);

/// <summary>A derived table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is; null when nobody says.</param>
public sealed record SpecTableAnswer(string Name, string? Description);

/// <summary>What came of a check.</summary>
/// <param name="IsGood">Whether the document could be put in force.</param>
/// <param name="Problems">All that is wrong.</param>
public sealed record CheckAnswer(bool IsGood, IReadOnlyList<ProblemAnswer> Problems);

/// <summary>Something wrong with a document.</summary>
/// <param name="File">The document.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Severity">error or warning.</param>
/// <param name="Message">What, and what would be right.</param>
public sealed record ProblemAnswer(string File, int Line, int Column, string Severity, string Message)
{
    internal static ProblemAnswer Of(SpecProblem problem) => new(
        problem.At.File, problem.At.Line, problem.At.Column, "error", problem.Message);
}
