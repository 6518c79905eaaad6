namespace SideEye.ControlPlane.Serving.Gate;

/// <summary>A token that lets somebody in.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What its owner may do.</param>
/// <param name="SpeaksForOthers">Whether its owner, Grafana, says for whom it asks.</param>
/// <param name="Hash">SHA-256 of the token itself.</param>
internal sealed record AccessToken(string Name, Role Role, bool SpeaksForOthers, byte[] Hash);
