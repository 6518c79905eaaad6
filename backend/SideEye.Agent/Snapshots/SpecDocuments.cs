using Grpc.Core;
using SideEye.Agent.Options;
using SideEye.Protocol.Agent;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;
using SpecProblem = SideEye.Spec.Reading.SpecProblem;

namespace SideEye.Agent.Snapshots;

/// <summary>Specs as they come in messages.</summary>
public static class SpecDocuments
{
    /// <summary>All documents as one spec, with every problem of each.</summary>
    /// <exception cref="RpcException">InvalidArgument: too many documents.</exception>
    public static SpecReading Read(IReadOnlyCollection<SpecDocument> documents, bool withPacks, AgentLimits limits)
    {
        if (documents.Count > limits.SpecDocumentsMax)
            throw Invalid($"a spec of {documents.Count} documents; at most {limits.SpecDocumentsMax} are taken");
        List<SpecProblem> problems = [];
        List<CaptureSpec> specs = [];
        foreach (SpecDocument document in documents)
        {
            SpecReading reading = SpecReader.Read(document.Yaml, document.Name);
            problems.AddRange(reading.Problems);
            if (reading.Spec is not null)
                specs.Add(reading.Spec);
        }
        SpecReading merged = SpecMerger.Merge(withPacks ? BuiltInPacks.All : [], specs);
        return merged with { Problems = [.. problems.Concat(merged.Problems).Distinct()] };
    }

    /// <summary>All documents as one spec in which nothing is wrong.</summary>
    /// <exception cref="RpcException">InvalidArgument: something is wrong; the message has every problem.</exception>
    public static CaptureSpec ReadGood(
        IReadOnlyCollection<SpecDocument> documents, bool withPacks, AgentLimits limits)
    {
        SpecReading reading = Read(documents, withPacks, limits);
        if (reading is { IsGood: true, Spec: { } spec })
            return spec;
        IEnumerable<string> shown = reading.Problems.Take(limits.WarningsMax).Select(static one => one.ToString());
        // A status is sent as a header, which has little room.
        const int textMax = 4000;
        string text = string.Join('\n', shown);
        text = text.Length > textMax ? text[..textMax] : text;
        throw Invalid($"the spec has problems; nothing was captured\n{text}");
    }

    private static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, message));
}
