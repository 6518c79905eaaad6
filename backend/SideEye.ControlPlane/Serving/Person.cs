using Microsoft.AspNetCore.Http;

namespace SideEye.ControlPlane.Serving;

/// <summary>What somebody may do; each role may do what those before may.</summary>
public enum Role
{
    /// <summary>Reads and asks.</summary>
    Viewer = 1,

    /// <summary>Takes snapshots.</summary>
    Editor = 2,

    /// <summary>Changes specs, schedules, names and agents, and reads the audit log.</summary>
    Admin = 3,
}

/// <summary>Who makes a request.</summary>
/// <param name="Name">For the audit log.</param>
/// <param name="Role">What they may do.</param>
public sealed record Person(string Name, Role Role)
{
    /// <summary>Who makes this request; every request that reaches an endpoint has somebody.</summary>
    /// <exception cref="InvalidOperationException">The gate was not passed: a defect of ours.</exception>
    public static Person Of(HttpContext context) => context.Items.TryGetValue(typeof(Person), out object? value)
        && value is Person person ? person : throw new InvalidOperationException("a request passed no gate");
}

/// <summary>The role that an endpoint asks for; the gate refuses endpoints that say none.</summary>
/// <param name="Role">The least role.</param>
public sealed record NeededRole(Role Role);

/// <summary>Marks an endpoint that is open to everybody, such as the health of the server itself.</summary>
public sealed record OpenToAll;
