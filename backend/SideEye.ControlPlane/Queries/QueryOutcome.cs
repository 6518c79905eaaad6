namespace SideEye.ControlPlane.Queries;

/// <summary>What a query came to, when all its frames were sent.</summary>
/// <param name="ExecutedSql">The SQL that ran, without macros; of several queries the main one.</param>
/// <param name="Rows">Rows of all frames.</param>
public sealed record QueryOutcome(string ExecutedSql, long Rows);
