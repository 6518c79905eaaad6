using System.Globalization;
using SideEye.Soak;

// SideEye.Soak [--minutes N]: both of the following, one after the other.
// SideEye.Soak targets [--minutes N]: snapshots of a churning swarm, the shop and the leader of an etcd cluster under
// load, without a rest. Fails when anything at all goes wrong. Needs root.
// SideEye.Soak panels [--minutes N]: people in front of dashboards, and alert rules, over plugin, control plane and
// agent, against a service under load (wrk).
// SideEye.Soak --pid P [FUNCTION]: snapshots of that process without a rest, a line of JSON for each, until it ends.
// SideEye.Soak --pid P --spec FILE SQL SQL: the same with variables, and what SQL says of each snapshot: the first of
// what is captured, the second of the snapshots in which all is derived.
if (args is ["--pid", var captured, "--spec", var spec, var query, var derivedQuery])
    return await CapturingLoop.RunAsync(int.Parse(captured, CultureInfo.InvariantCulture), spec, query, derivedQuery);
bool isLoop = args is ["--pid", _] or ["--pid", _, _];
if (isLoop && int.TryParse(args[1], CultureInfo.InvariantCulture, out int processId))
    return await RestlessLoop.RunAsync(processId, args.Length == 3 ? args[2] : "runtime.goexit");
string? only = args is ["panels" or "targets", ..] ? args[0] : null;
string[] rest = only is null ? args : args[1..];
string minutes = rest is ["--minutes", var given] ? given : "10";
if (rest.Length is not (0 or 2)
    || !double.TryParse(minutes, CultureInfo.InvariantCulture, out double duration) || duration <= 0)
{
    Console.Error.WriteLine("usage: SideEye.Soak [targets|panels] [--minutes N] | --pid P [FUNCTION]");
    return 2;
}
if (!Environment.IsPrivilegedProcess)
{
    Console.Error.WriteLine("soak: needs root");
    return 2;
}
TimeSpan each = TimeSpan.FromMinutes(duration);
int targets = only == "panels" ? 0 : await SoakRun.RunAsync(each);
int panels = only == "targets" ? 0 : await new PanelSoak(each).RunAsync();
return Math.Max(targets, panels);
