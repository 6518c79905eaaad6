using System.Collections.Immutable;
using Grpc.Core;
using SideEye.Agent.Options;
using SideEye.Agent.Snapshots;
using SideEye.Agent.Watching;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Functions;
using SideEye.Host;
using SideEye.Protocol.Agent;
using SideEye.Spec.Reading;
using SideEye.Target;

namespace SideEye.Agent.Describing;

/// <summary>Answers what may be captured of a binary.</summary>
internal sealed class BinaryQuestions(AgentOptions options, ProcessTable table, BinaryCache binaries)
{
    /// <summary>Answers one question.</summary>
    /// <exception cref="RpcException">NotFound: no such process or function; InvalidArgument: malformed;
    /// FailedPrecondition: the binary cannot be described.</exception>
    public DescribeResponse Answer(DescribeRequest request)
    {
        using IDisposable holding = binaries.Hold();
        try
        {
            DiscoveredProcess process = Find(request);
            if (request.QuestionCase == DescribeRequest.QuestionOneofCase.Check)
                return Check(process, request.Check);
            using ProgramFunctions program = ProgramFunctions.OpenProcess(process.Pid);
            return request.QuestionCase switch
            {
                DescribeRequest.QuestionOneofCase.Functions => Functions(program, request.Functions),
                DescribeRequest.QuestionOneofCase.Variables => Variables(program, request.Variables.Function),
                _ => throw Failed(StatusCode.InvalidArgument, "ask for functions, variables, or the check of a spec"),
            };
        }
        catch (Exception e) when (e is TargetException or MalformedFileException)
        {
            throw Failed(StatusCode.FailedPrecondition, e.Message);
        }
    }

    private DiscoveredProcess Find(DescribeRequest request)
    {
        IEnumerable<DiscoveredProcess> all = table.Processes.Values.Select(static one => one.Found);
        DiscoveredProcess? found = request.BinaryCase switch
        {
            DescribeRequest.BinaryOneofCase.ProcessKey => all.FirstOrDefault(one => one.Key == request.ProcessKey),
            DescribeRequest.BinaryOneofCase.BuildId =>
                all.FirstOrDefault(one => one.Process?.Binary.BuildId == request.BuildId),
            _ => throw Failed(StatusCode.InvalidArgument, "name a process by its key, or a binary by its build id"),
        };
        return found ?? throw Failed(
            StatusCode.NotFound, "this agent watches no such process (any more): ask Watch for those that there are");
    }

    private DescribeResponse Functions(ProgramFunctions program, FunctionsQuestion question)
    {
        int limit = question.Limit is > 0 and var wanted
            ? Math.Min(wanted, options.Limits.FunctionsMax) : options.Limits.FunctionsMax;
        if (question.Pattern.Length > options.Limits.PatternCharactersMax)
            throw Failed(StatusCode.InvalidArgument, "the pattern is too long to be a part of a function's name");
        ImmutableArray<string> names = program.Functions.Search(question.Pattern, limit + 1);
        DescribeResponse response = new() { IsTruncated = names.Length > limit };
        response.Functions.AddRange(names.Take(limit).Select(static name => new Function
        {
            Name = name,
            Package = GoFunctionName.PackageOf(name),
        }));
        return response;
    }

    private static DescribeResponse Variables(ProgramFunctions program, string function)
    {
        if (!program.Functions.Contains(function))
        {
            string nearest = string.Join(", ", program.Functions.Nearest(function, 3));
            throw Failed(StatusCode.NotFound, $"the program has no function '{function}'"
                + (nearest.Length > 0 ? $"; near it are: {nearest}" : ""));
        }
        Dictionary<string, Variable> variables = new(StringComparer.Ordinal);
        foreach (FunctionBody body in program.Variables.Bodies(function).Where(static body => !body.Code.IsEmpty))
        {
            ImmutableArray<CallSite> sites = CallSites.Of(program.Binary, body);
            foreach (GoVariable variable in body.Variables)
                Add(variables, body, sites, variable);
        }
        DescribeResponse response = new();
        response.Variables.AddRange(variables.Values);
        return response;
    }

    private static void Add(
        Dictionary<string, Variable> variables, FunctionBody body, ImmutableArray<CallSite> sites, GoVariable variable)
    {
        if (!variables.TryGetValue(variable.Name, out Variable? known))
        {
            known = new Variable
            {
                Name = variable.Name,
                GoType = variable.Type.Name,
                Kind = variable.Role.ToString().ToLowerInvariant(),
            };
            variables.Add(variable.Name, known);
        }
        known.AtEntry |= IsThere(VariableAvailability.At(variable, body.Code[0].Low, isReturnAddress: false));
        known.CallSites += sites.Length;
        known.CallSitesAvailable += sites.Count(
            site => IsThere(VariableAvailability.At(variable, site.ReturnPc, isReturnAddress: true, site.Line)));
    }

    private static bool IsThere(Availability availability) =>
        availability is Availability.Available or Availability.Partly or Availability.RegistersOnly
            or Availability.Deferred;

    private DescribeResponse Check(DiscoveredProcess process, CheckQuestion question)
    {
        SpecReading reading = SpecDocuments.Read(question.Spec, withPacks: true, options.Limits);
        DescribeResponse response = new();
        foreach (Spec.Reading.SpecProblem problem in reading.Problems.Take(options.Limits.WarningsMax))
            response.Problems.Add(Message(problem.At, problem.Message, "error"));
        if (process.Process is not { } go || reading.Spec is not { } spec || !go.Binary.DebugInformation.IsAvailable)
            return response;
        CapturePrograms programs = new(IndexFiles.Default);
        foreach (Probes.Binding.BindProblem problem in programs.Compile(go.Binary, spec).Bound.Problems
            .Take(options.Limits.WarningsMax))
        {
            response.Problems.Add(Message(problem.At, problem.Message, "warning"));
        }
        return response;
    }

    private static Protocol.Agent.SpecProblem Message(
        Spec.Model.SourcePosition at, string message, string severity) => new()
    {
        File = at.File,
        Line = at.Line,
        Column = at.Column,
        Severity = severity,
        Message = message,
    };

    private static RpcException Failed(StatusCode code, string message) => new(new Status(code, message));
}
