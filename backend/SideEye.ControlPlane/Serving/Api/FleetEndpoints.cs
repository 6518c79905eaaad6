using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.Agent;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>Agents, what they watch, and what can be captured of it.</summary>
internal sealed class FleetEndpoints(ControlPlaneParts parts, ApiLimits limits)
{
    /// <summary>Adds the endpoints.</summary>
    public void Map(RouteGroupBuilder api)
    {
        RouteGroupBuilder fleet = (RouteGroupBuilder)api.MapGroup("").WithTags("Fleet").Needs(Role.Viewer);
        fleet.MapGet("/agents", Agents).WithSummary("Every agent, and how it is.");
        fleet.MapGet("/processes", Processes).WithSummary("Every Go process that some agent watches.");
        fleet.MapGet("/programs", Programs).WithSummary("The programs that run, by name.");
        fleet.MapGet("/environments", Environments).WithSummary("The environments that programs run in.");
        fleet.MapGet("/functions", FunctionsAsync)
            .WithSummary("Functions of a program's binary whose name matches a pattern.");
        fleet.MapGet("/variables", VariablesAsync)
            .WithSummary("Variables of a function that can be captured.");
        if (parts.Added is { } added)
            MapAdded(api, added);
        api.MapPut("/names/{agent}/{key}", Rename).WithTags("Fleet").Needs(Role.Admin)
            .WithSummary("Gives a process another friendly name.");
    }

    private void MapAdded(RouteGroupBuilder api, IAddedAgents added)
    {
        api.MapPut("/agents/{address}", (string address, HttpContext context) =>
        {
            Person person = Person.Of(context);
            AddedAgent agent = added.Add(address, person.Name);
            parts.Note(person, "agent.put", address);
            return agent;
        }).WithTags("Fleet").Needs(Role.Admin).WithSummary("Adds an agent; it is asked within a few seconds.");
        api.MapDelete("/agents/{address}", (string address, HttpContext context) =>
        {
            if (!added.Remove(address))
            {
                throw ApiException.NotFound(
                    $"nobody has added {ApiRoutes.Name("the address", address, limits)}; agents of options and files "
                    + "go with those");
            }
            parts.Note(Person.Of(context), "agent.remove", address);
            return TypedResults.NoContent();
        }).WithTags("Fleet").Needs(Role.Admin).WithSummary("Takes an agent away that somebody has added.");
    }

    private IEnumerable<AgentAnswer> Agents() => parts.Fleet.Agents.Select(AgentAnswer.Of);

    private IEnumerable<ProcessAnswer> Processes(string? program, string? environment) =>
        Meant(program, environment).Select(one => ProcessAnswer.Of(one, parts.Names.NameOf(one)))
            .OrderBy(static one => one.Name, StringComparer.Ordinal);

    private IEnumerable<ProgramAnswer> Programs() => parts.Fleet.Processes
        .Where(static one => one.Process.Program.Length > 0)
        .GroupBy(static one => one.Process.Program)
        .OrderBy(static program => program.Key, StringComparer.Ordinal)
        .Select(static program => new ProgramAnswer(
            program.Key, EnvironmentsOf(program),
            program.Count(), program.Select(static one => one.Host).Distinct().Count()));

    private string[] Environments() => EnvironmentsOf(parts.Fleet.Processes);

    private static string[] EnvironmentsOf(IEnumerable<FleetProcess> processes) =>
    [
        .. processes.Select(static one => one.Environment).Where(static one => one.Length > 0).Distinct()
            .Order(StringComparer.Ordinal),
    ];

    private async Task<FunctionsAnswer> FunctionsAsync(
        string? program, string? process, string? pattern, int? limit, CancellationToken stop)
    {
        FleetProcess of = One(program, process);
        DescribeResponse answer = await parts.Fleet.DescribeAsync(
            of.Agent,
            new DescribeRequest
            {
                ProcessKey = of.Process.Key,
                Functions = new FunctionsQuestion
                {
                    Pattern = ApiRoutes.Name("pattern", pattern, limits) ?? "",
                    Limit = ApiRoutes.Count(limit, limits),
                },
            },
            stop).ConfigureAwait(false);
        return new FunctionsAnswer(
            [
                .. answer.Functions.Select(static one => new FunctionAnswer(
                    one.Name, one.Package, one.File, one.Line, one.IsInlined)),
            ],
            answer.IsTruncated);
    }

    private async Task<IEnumerable<VariableAnswer>> VariablesAsync(
        string? program, string? process, string? function, CancellationToken stop)
    {
        string name = ApiRoutes.Required("function", function, limits);
        FleetProcess of = One(program, process);
        DescribeResponse answer = await parts.Fleet.DescribeAsync(
            of.Agent,
            new DescribeRequest
            {
                ProcessKey = of.Process.Key, Variables = new VariablesQuestion { Function = name },
            },
            stop).ConfigureAwait(false);
        return answer.Variables.Select(static one => new VariableAnswer(
            one.Name, one.GoType, one.Kind, one.AtEntry, one.CallSites, one.CallSitesAvailable));
    }

    private NoContent Rename(string agent, string key, NameDocument document, HttpContext context)
    {
        string name = ApiRoutes.Required("name", document.Name, limits);
        parts.Names.Rename(agent, key, name);
        parts.Note(Person.Of(context), "name.put", $"{agent} {key}: {name}");
        return TypedResults.NoContent();
    }

    private IEnumerable<FleetProcess> Meant(string? program, string? environment) => parts.Fleet.Processes
        .Where(one => string.IsNullOrEmpty(program) || one.Process.Program == program)
        .Where(one => string.IsNullOrEmpty(environment) || one.Environment == environment);

    /// <summary>One process that stands for a program, or the one of a name.</summary>
    private FleetProcess One(string? program, string? process)
    {
        IEnumerable<FleetProcess> all = Meant(program, null).Where(static one => one.Process.Problem.Length == 0);
        if (!string.IsNullOrEmpty(process))
            all = all.Where(one => parts.Names.NameOf(one) == process);
        else if (string.IsNullOrEmpty(program))
            throw ApiException.BadRequest("say of what: ?program=NAME or ?process=NAME");
        return all.FirstOrDefault() ?? throw ApiException.NotFound(
            $"no process that can be captured is {ApiRoutes.Name("process", process, limits) ?? program}");
    }

    /// <summary>A name for a process.</summary>
    /// <param name="Name">1 to 64 letters, digits, dots, dashes or underscores.</param>
    internal sealed record NameDocument(string? Name);
}
