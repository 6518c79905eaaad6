using SideEye.Grafana.Calls;

namespace SideEye.Plugin.Answers;

/// <summary>An answer of the control plane that is not what this version's control plane sends.</summary>
internal static class Broken
{
    /// <summary>The error of the query.</summary>
    /// <param name="what">What is wrong with the answer; no sentence.</param>
    /// <param name="cause">What was thrown.</param>
    internal static QueryException Answer(string what, Exception? cause = null) =>
        new($"The control plane's answer cannot be read: {what}. Are plugin and control plane of one version?", 502,
            cause: cause);
}
