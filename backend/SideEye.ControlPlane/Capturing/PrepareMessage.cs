using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.Agent;
using ProgramRule = SideEye.Protocol.Agent.ProgramRule;

namespace SideEye.ControlPlane.Capturing;

/// <summary>Orders as agents read them.</summary>
public static class PrepareMessage
{
    /// <summary>The first phase for one agent.</summary>
    /// <param name="order">What to capture.</param>
    /// <param name="firstProcessId">The agent's block of process ids.</param>
    public static Prepare Of(CaptureOrder order, int firstProcessId)
    {
        Prepare prepare = new()
        {
            SnapshotId = order.SnapshotId,
            WithoutPacks = !order.Spec.WithPacks,
            Selection = new Selection(),
            FirstProcessId = firstProcessId,
            PauseMaxNs = UnixTime.Nanoseconds(order.PauseMax ?? TimeSpan.Zero),
            BytesMax = order.BytesMax ?? 0,
            Reader = order.Reader ?? "",
            RequestedBy = order.RequestedBy,
        };
        prepare.Spec.AddRange(order.Spec.Documents.Select(
            static one => new SpecDocument { Name = one.Name, Yaml = one.Yaml }));
        prepare.Programs.AddRange(RulesOf(order.Spec));
        if (order.Program is not null)
            prepare.Selection.Programs.Add(order.Program);
        if (order.Environment is not null)
            prepare.Selection.Environments.Add(order.Environment);
        prepare.Selection.ProcessKeys.AddRange(order.ProcessKeys);
        return prepare;
    }

    /// <summary>The rules by which agents name programs, in the order in which they are tried.</summary>
    public static IEnumerable<ProgramRule> RulesOf(SpecInForce spec)
    {
        foreach (Spec.Model.ProgramRule rule in spec.Merged.Programs)
        {
            ProgramRule message = new()
            {
                Name = rule.Name,
                Executable = rule.Executable ?? "",
                CommandLine = rule.CommandLine ?? "",
                Container = rule.Container ?? "",
                Environment = rule.Environment ?? "",
            };
            message.Env.Add(rule.Variables);
            message.Labels.Add(rule.Labels);
            yield return message;
        }
    }
}
