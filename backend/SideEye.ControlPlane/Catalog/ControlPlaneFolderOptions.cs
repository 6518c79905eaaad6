namespace SideEye.ControlPlane.Catalog;

/// <summary>What a control plane keeps, and how long.</summary>
public sealed record ControlPlaneFolderOptions
{
    /// <summary>The data folder; made where there is none.</summary>
    public required string Folder { get; init; }

    /// <summary>Where the spec comes from.</summary>
    public SpecLibraryOptions Specs { get; init; } = new();

    /// <summary>How long snapshots are kept.</summary>
    public RetentionLimits Retention { get; init; } = RetentionLimits.Default;

    /// <summary>How long the audit log is kept.</summary>
    public AuditLimits Audit { get; init; } = AuditLimits.Default;

    /// <summary>What schedules may ask for.</summary>
    public ScheduleLimits Schedules { get; init; } = ScheduleLimits.Default;

    /// <summary>How long names of processes are kept.</summary>
    public ProcessNameLimits Names { get; init; } = ProcessNameLimits.Default;
}
